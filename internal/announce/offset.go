package announce

import "strconv"

// Offset is how far the clocks of the announcement's zone are ahead of UTC at its start, in
// seconds: for browsers, whose rules may be others.
func (a Announcement) Offset() string {
	_, seconds := a.StartsAt.In(a.zone).Zone()

	return strconv.Itoa(seconds)
}
