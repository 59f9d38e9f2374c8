// Package templates draws the console's pages. It is given values and draws them: it
// never queries, and it knows no rule of the platform.
//
// Every page has a view model, which is also the page's JSON, and two components: the
// whole page, drawn for one user within a [shell.Shell], and, where the page shows the
// monitor's snapshot, its live region, which is drawn once for everybody. So nothing of
// the user (name, zone, theme, reason typed) may get into a live region. Times are drawn
// in UTC, as <time> elements that the page's script turns into the zone of its user.
//
// # Live updates
//
// A page with [shell.Shell].Events follows it by server-sent events, which the page's script
// reads (assets/js/stream.js). The visible tabs of a browser share one stream, whose address
// names the pages of all: /events?page=exports%3Fstatus%3Dfailed&page=jobs. The server sends
//
//   - at once, and with every new snapshot for which something differs, an unnamed message a
//     page, and one of the shell, whose data is [shell.Push] of the regions that differ:
//
//     id: 4711
//     page: jobs
//     data: <hx-partial hx-target="#live-jobs" hx-swap="outerMorph"><section id="live-jobs">…
//
//     Every line of the HTML needs its own "data: ". The region is morphed: focus, open
//     details, scroll positions and typed text stay;
//
//   - at once, an event named pages, whose data is a JSON list of those that it follows; any
//     other is a snapshot, of which the live mark says so;
//
//   - with every poll, and at least every [shell.Beat].Every seconds, an event named beat whose
//     data is a [shell.Beat] in JSON. It moves the live mark: without one for three times that
//     long the page calls itself stale, with the seconds, and the stream is opened anew.
//
//     event: beat
//     data: {"now":"2026-03-01T14:05:00Z","as_of":"2026-03-01T14:04:58Z","stale":false,"reason":"","every":5}
//
// A stream for whose pages nobody is signed in any more (401), or somebody else (412), is
// refused, upon which the script dispatches session:over on the document; any other failure
// is tried again with growing pauses. A tab in the background follows nothing. A paused page drops what arrives;
// when it goes on, the tab that has the stream tells it again.
//
// # Fragments
//
// A request with HX-Request: true gets a fragment instead of a page, under the same
// address and with the same status: [platform.TriggerDialog] and [platform.ReceiptDialog]
// for the dialog, [settings.ConfigPanel], [settings.ReviewPanel] and
// [settings.ConflictPanel] for a section of the configuration, [shell.ErrorToast] for what
// failed otherwise. A notice goes along as [shell.Toast].
//
// # Rooms
//
// Each subject has a package, of the same name as its handlers. What several subjects draw
// is in components; what surrounds every page, and leads from one to another, in shell.
package templates
