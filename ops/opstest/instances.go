package opstest

import (
	"strings"
	"testing"

	"github.com/graph-olap/opsconsole/ops"
)

func request(s Subject, name string) ops.InstanceRequest {
	return ops.InstanceRequest{MappingID: s.MappingID, WrapperType: "ryugraph", Name: name}
}

func create(t *testing.T, s Subject, who ops.Caller, name string) ops.Instance {
	t.Helper()

	return must[ops.Instance](t)(s.Instances.InstancesAs(who).CreateInstance(t.Context(), request(s, name)))
}

func testCreateInstance(t *testing.T, s Subject) {
	ctx := t.Context()

	full := request(s, "Fraud <rings> & 'co' 🕸")
	full.WrapperType = "falkordb"
	full.MappingVersion = new(1)
	full.Description = new("for the Q3 review")
	full.TTL = new("PT48H")
	full.InactivityTimeout = new("PT1H")
	full.CPUCores = new(64)

	for _, test := range []struct {
		who             ops.Caller
		request         ops.InstanceRequest
		ttl, inactivity string
	}{
		{alice(), request(s, "plain"), "PT24H", "PT4H"}, // the defaults
		{carol(), full, "PT48H", "PT1H"},
		{dave(), request(s, "plain"), "PT24H", "PT4H"},
	} {
		instances := s.Instances.InstancesAs(test.who)
		created := must[ops.Instance](t)(instances.CreateInstance(ctx, test.request))

		lives, err := ops.ReadDuration(test.ttl)
		if want := created.CreatedAt.Add(lives); err != nil || created.ExpiresAt == nil || !created.ExpiresAt.Equal(want) {
			t.Errorf("it expires at %v, want %s, a ttl of %s after %s", created.ExpiresAt, want, test.ttl, created.CreatedAt)
		}

		same(t, "cores", created.CPUCores, test.request.CPUCores)

		if created.ID == 0 || created.URLSlug == "" || created.CreatedAt.IsZero() || created.UpdatedAt.IsZero() {
			t.Errorf("incomplete: %s", show(created))
		}

		same(t, "what was asked for",
			ops.Instance{
				OwnerUsername: created.OwnerUsername, WrapperType: created.WrapperType, Name: created.Name,
				Description: created.Description, Status: created.Status, TTL: created.TTL, InactivityTimeout: created.InactivityTimeout,
			},
			ops.Instance{
				OwnerUsername: test.who.Username, WrapperType: test.request.WrapperType, Name: test.request.Name,
				Description: test.request.Description, Status: ops.InstanceWaitingForSnapshot,
				TTL: new(test.ttl), InactivityTimeout: new(test.inactivity),
			})
		same(t, "read back", must[ops.Instance](t)(s.Instances.InstancesAs(alice()).GetInstance(ctx, created.ID)), created)
	}
}

func testCreateRefused(t *testing.T, s Subject) {
	ctx, instances := t.Context(), s.Instances.InstancesAs(alice())

	for _, test := range []struct {
		change func(r *ops.InstanceRequest)
		fields []string
	}{
		{func(r *ops.InstanceRequest) { *r = ops.InstanceRequest{} }, []string{"body.mapping_id", "body.wrapper_type", "body.name"}},
		{func(r *ops.InstanceRequest) { r.MappingID = -1 }, []string{"body.mapping_id"}},
		{func(r *ops.InstanceRequest) { r.MappingVersion = new(0) }, []string{"body.mapping_version"}},
		{func(r *ops.InstanceRequest) { r.WrapperType = "neo4j" }, []string{"body.wrapper_type"}},
		{func(r *ops.InstanceRequest) { r.Name = "  " }, []string{"body.name"}},
		{func(r *ops.InstanceRequest) { r.Name = strings.Repeat("x", 256) }, []string{"body.name"}},
		{func(r *ops.InstanceRequest) { r.Name = "a\x00b" }, []string{"body.name"}},
		{func(r *ops.InstanceRequest) { r.Description = new("a\x00b") }, []string{"body.description"}},
		{func(r *ops.InstanceRequest) { r.CPUCores = new(0) }, []string{"body.cpu_cores"}},
		{func(r *ops.InstanceRequest) { r.CPUCores = new(65) }, []string{"body.cpu_cores"}},
		{func(r *ops.InstanceRequest) { r.TTL = new("2 days") }, []string{"body.ttl"}},
		{func(r *ops.InstanceRequest) { r.TTL = new("P8D") }, []string{"body.ttl"}}, // the maximum is P7D
		{func(r *ops.InstanceRequest) { r.InactivityTimeout = new("P1W") }, []string{"body.inactivity_timeout"}},
	} {
		r := request(s, "refused")
		test.change(&r)

		_, err := instances.CreateInstance(ctx, r)
		invalid(t, err, test.fields...)
	}

	for _, change := range []func(r *ops.InstanceRequest){
		func(r *ops.InstanceRequest) { r.MappingID += 1000 },
		func(r *ops.InstanceRequest) { r.MappingID = 1<<63 - 1 },
		func(r *ops.InstanceRequest) { r.MappingVersion = new(2) },
		func(r *ops.InstanceRequest) { r.MappingVersion = new(1<<31 + 1) },
	} {
		r := request(s, "refused")
		change(&r)

		_, err := instances.CreateInstance(ctx, r)
		refused(t, err, ops.CodeNotFound)
	}

	same(t, "created", must[ops.InstancesPage](t)(instances.ListInstances(ctx, ops.InstancesQuery{})).Total, 0)
}

func testListInstances(t *testing.T, s Subject) {
	ctx, instances := t.Context(), s.Instances.InstancesAs(bob())

	first := create(t, s, alice(), "Fraud 100%")
	second := create(t, s, alice(), "Churn_A")
	third := create(t, s, bob(), "fraud again")

	for _, test := range []struct {
		query ops.InstancesQuery
		want  []ops.Instance
		total int
	}{
		{ops.InstancesQuery{}, []ops.Instance{third, second, first}, 3},
		{ops.InstancesQuery{Limit: 2}, []ops.Instance{third, second}, 3},
		{ops.InstancesQuery{Limit: 2, Offset: 2}, []ops.Instance{first}, 3},
		{ops.InstancesQuery{Offset: 3}, []ops.Instance{}, 3},
		{ops.InstancesQuery{Owner: "alice"}, []ops.Instance{second, first}, 2},
		{ops.InstancesQuery{Owner: "nobody"}, []ops.Instance{}, 0},
		{ops.InstancesQuery{Status: ops.InstanceWaitingForSnapshot, Limit: 100}, []ops.Instance{third, second, first}, 3},
		{ops.InstancesQuery{Status: ops.InstanceFailed}, []ops.Instance{}, 0},
		{ops.InstancesQuery{Search: "FRAUD"}, []ops.Instance{third, first}, 2},
		{ops.InstancesQuery{Search: "0%"}, []ops.Instance{first}, 1}, // no wildcard
		{ops.InstancesQuery{Search: "_"}, []ops.Instance{second}, 1}, // nor this
		{ops.InstancesQuery{Search: "fraud", Owner: "bob", Status: ops.InstanceWaitingForSnapshot}, []ops.Instance{third}, 1},
		{ops.InstancesQuery{Search: "' OR 1=1 --"}, []ops.Instance{}, 0},
	} {
		limit := test.query.Limit
		if limit == 0 {
			limit = 50
		}

		same(t, show(test.query), must[ops.InstancesPage](t)(instances.ListInstances(ctx, test.query)),
			ops.InstancesPage{Instances: test.want, Total: test.total, Limit: limit, Offset: test.query.Offset})
	}

	for field, query := range map[string]ops.InstancesQuery{
		"query.limit": {Limit: 101}, "query.offset": {Offset: -1}, "query.status": {Status: "gone"},
		"query.search": {Search: "\x00"}, "query.owner": {Owner: "a\x00"},
	} {
		_, err := instances.ListInstances(ctx, query)
		invalid(t, err, field)
	}
}

func testDeleteInstance(t *testing.T, s Subject) {
	ctx := t.Context()
	mine := create(t, s, alice(), "alice's own")

	err := s.Instances.InstancesAs(bob()).DeleteInstance(ctx, mine.ID)
	e := refusal(t, err, ops.CodeInsufficientRole)
	detail(t, e, map[string]any{"required_role": "admin", "user_role": "analyst"})

	if _, err := s.Instances.InstancesAs(alice()).GetInstance(ctx, mine.ID); err != nil {
		t.Errorf("after a refusal: %v", err)
	}

	// An instance that waits for its snapshot has nothing that must be ended first.
	for _, who := range []ops.Caller{alice(), carol(), dave()} {
		target := create(t, s, alice(), "for "+who.Username)
		instances := s.Instances.InstancesAs(who)

		if err := instances.DeleteInstance(ctx, target.ID); err != nil {
			t.Errorf("as %s: %v", who.Username, err)
		}

		_, err := instances.GetInstance(ctx, target.ID)
		e := refusal(t, err, ops.CodeNotFound)
		same(t, "resource_type", e.Details["resource_type"], any("Instance"))

		refused(t, instances.DeleteInstance(ctx, target.ID), ops.CodeNotFound)
	}

	for _, id := range []int64{0, -1, 1<<63 - 1} {
		_, err := s.Instances.InstancesAs(alice()).GetInstance(ctx, id)
		refused(t, err, ops.CodeNotFound)
		refused(t, s.Instances.InstancesAs(dave()).DeleteInstance(ctx, id), ops.CodeNotFound)
	}
}
