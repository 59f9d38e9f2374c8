package live

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/graph-olap/opsconsole/internal/basepath"
	"github.com/graph-olap/opsconsole/ops"
)

const (
	// followedMax bounds the pages of one stream, which are those of a browser's visible tabs, and
	// the views and things that all streams of a session follow.
	followedMax = 64
	// openMax bounds the views and things that are drawn at the same time, whoever looks at them.
	openMax = 256
	// nameMax bounds the name of a view, in bytes: the address of a stream has those of all tabs,
	// and proxies take one of 8 KB.
	nameMax = 500
)

// topics are the pages that can be followed.
type topics struct {
	site    basepath.Site
	fixed   map[string]*topic
	views   map[string]View
	objects map[string]Object

	mu sync.Mutex
	// open are the views and the single things that somebody follows; feeds what is sent to
	// those who follow the same pages.
	open  map[string]*topic
	feeds map[string]*feed
	// taken are the names of the open ones that each session follows, and by how many streams.
	taken map[string]map[string]int
}

func newTopics(config Config) *topics {
	t := &topics{
		site:  config.Site,
		fixed: map[string]*topic{}, views: map[string]View{}, objects: map[string]Object{},
		open: map[string]*topic{}, feeds: map[string]*feed{}, taken: map[string]map[string]int{},
	}

	for _, r := range config.Regions {
		if t.fixed[r.Page] == nil {
			t.fixed[r.Page] = &topic{name: r.Page}
		}

		t.fixed[r.Page].regions = append(t.fixed[r.Page].regions, r)
	}

	for _, v := range config.Views {
		t.views[v.Page] = v

		// What the page shows without a query takes no place from what queries select.
		if draw, err := v.Of(url.Values{}); err == nil {
			t.fixed[v.Page] = &topic{name: v.Page, regions: []Region{{Page: v.Page, Element: v.Element, Draw: draw}}}
		}
	}

	for _, o := range config.Objects {
		t.objects[o.Kind] = o
	}

	return t
}

// join returns what is sent to a session's stream of these pages, until it leaves. Pages that
// there are not, that are too many, or of which that is not known, are left out; when that leaves
// none, it is an error.
func (t *topics) join(ctx context.Context, session string, names []string) (*feed, error) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	names = names[:min(len(names), followedMax)]

	var (
		found   []*topic
		problem error
	)

	for _, name := range names {
		one, err := t.find(ctx, name)
		if err != nil {
			problem = err

			continue
		}

		found = append(found, one)
	}

	if len(found) == 0 && problem != nil {
		return nil, problem
	}

	return t.feed(session, found), nil
}

// find returns the page of that name.
func (t *topics) find(ctx context.Context, name string) (*topic, error) {
	if one, known := t.fixed[name]; known {
		return one, nil
	}

	t.mu.Lock()
	one := t.open[name]
	t.mu.Unlock()

	if one != nil {
		return one, nil
	}

	region, err := t.region(ctx, name)

	return &topic{name: name, regions: []Region{region}}, err
}

// region is that of a view or of a single thing.
func (t *topics) region(ctx context.Context, name string) (Region, error) {
	page, typed, _ := strings.Cut(name, "?")

	if view, known := t.views[page]; known {
		query, err := url.ParseQuery(typed)
		if err != nil || viewName(page, query) != name || len(name) > nameMax || !view.takes(query) {
			return Region{}, ops.NotFound("live page", ops.Clip(name))
		}

		draw, err := view.Of(query)

		return Region{Page: name, Element: view.Element, Draw: draw}, err
	}

	kind, number, _ := strings.Cut(name, "-")
	id, err := strconv.ParseInt(number, 10, 64)

	object, known := t.objects[kind]
	if err != nil || !known || kind+"-"+strconv.FormatInt(id, 10) != name {
		return Region{}, ops.NotFound("live page", ops.Clip(name))
	}

	return Region{Page: name, Element: object.Element, Draw: object.Draw(id)}, object.Exists(ctx, id)
}

// feed returns the feed of the pages, counted as followed by the session once more.
func (t *topics) feed(session string, found []*topic) *feed {
	t.mu.Lock()
	defer t.mu.Unlock()

	followed := []*topic{t.fixed[Shell]}

	var key strings.Builder

	for _, one := range found {
		if _, fixed := t.fixed[one.name]; !fixed {
			switch same, open := t.open[one.name]; {
			case t.taken[session][one.name] == 0 && len(t.taken[session]) >= followedMax:
				continue
			case open:
				one = same
			case len(t.open) >= openMax:
				continue
			}

			t.take(session, one.name, +1)
		}

		followed = append(followed, one)
		key.WriteString(one.name + "\n")
	}

	f := t.feeds[key.String()]
	if f == nil {
		f = &feed{site: t.site, key: key.String(), topics: followed, messages: map[uint64]*message{}}
		t.feeds[f.key] = f

		for _, one := range followed[1:] {
			t.keep(one, +1)
		}
	}

	f.streams++

	return f
}

// take counts the session's streams of a view or a thing.
func (t *topics) take(session, name string, more int) {
	names := t.taken[session]
	if names == nil {
		names = map[string]int{}
		t.taken[session] = names
	}

	if names[name] += more; names[name] == 0 {
		delete(names, name)
	}

	if len(names) == 0 {
		delete(t.taken, session)
	}
}

// leave says that a session's stream of the feed has ended.
func (t *topics) leave(session string, f *feed) {
	t.mu.Lock()
	defer t.mu.Unlock()

	for _, one := range f.topics[1:] {
		if _, fixed := t.fixed[one.name]; !fixed {
			t.take(session, one.name, -1)
		}
	}

	if f.streams--; f.streams > 0 {
		return
	}

	delete(t.feeds, f.key)

	for _, one := range f.topics[1:] {
		t.keep(one, -1)
	}
}

// keep counts the feeds of a page, and forgets one that nobody follows any more.
func (t *topics) keep(one *topic, more int) {
	if _, fixed := t.fixed[one.name]; fixed {
		return
	}

	t.open[one.name] = one
	if one.feeds += more; one.feeds == 0 {
		delete(t.open, one.name)
	}
}
