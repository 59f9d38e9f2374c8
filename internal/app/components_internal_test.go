package app

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/config"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// TestUsersAreToldOfWhatIsNamed, in that order, by the names that they are to read.
func TestUsersAreToldOfWhatIsNamed(t *testing.T) {
	t.Parallel()

	at := time.Date(2026, 7, 4, 12, 0, 0, 0, time.UTC)
	span := func(minutes int) announce.Span {
		return announce.Span{Since: at.Add(time.Duration(minutes) * time.Minute), Until: at.Add(time.Duration(minutes+1) * time.Minute)}
	}

	seen := monitor.Answered{At: at}

	for i, s := range []monitor.StatusSpan{
		{Component: "database", Status: monitor.Answering},
		{Component: "starburst", Status: monitor.NotAnswering},
		{Component: "starburst", Status: monitor.Unknown},
		{Component: "starburst", Status: monitor.Answering},
		{Component: "other", Status: monitor.Answering},
	} {
		s.Since, s.Until = span(i).Since, span(i).Until
		seen.Spans = append(seen.Spans, s)
	}

	got := observed([]config.NamedComponent{{Name: "starburst", Label: "Queries"}, {Name: "schema_cache"}, {Name: "database"}}, seen)
	want := announce.Observed{At: at, Components: []announce.Component{
		{Name: "Queries", Answered: []announce.Span{span(3)}, Silent: []announce.Span{span(1)}},
		{Name: "Schema cache"},
		{Name: "Database", Answered: []announce.Span{span(0)}},
	}}

	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAZoneOfTheAnnouncementsThatThereIsNot(t *testing.T) {
	t.Parallel()

	a := &App{config: config.Console{Maintenance: config.Maintenance{Zone: "Europe/Nowhere"}}}
	if _, err := a.feeds(nil, nil, shell.Environment{}); err == nil || !strings.Contains(err.Error(), "--announcement-zone") {
		t.Errorf("got %v, want --announcement-zone named", err)
	}
}
