package announce

import (
	"iter"
	"net/url"
)

// Source is whose announcements they are.
type Source struct {
	// Name is what the platform is called.
	Name string
	// Page is where the announcements are shown; its feeds are beside it.
	Page *url.URL
}

func (s Source) title() string { return "Maintenance: " + s.Name }

func (s Source) subtitle() string { return "Planned maintenance of " + s.Name }

// feed is the address of a feed.
func (s Source) feed(extension string) string {
	to := *s.Page
	to.Path += "." + extension

	return to.String()
}

// all yields what is now, what is to come and what was.
func (v Announcements) all() iter.Seq[Announcement] {
	return func(yield func(Announcement) bool) {
		for _, part := range [][]Announcement{v.Current, v.Upcoming, v.Past} {
			for _, a := range part {
				if !yield(a) {
					return
				}
			}
		}
	}
}
