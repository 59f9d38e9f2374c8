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
// A page with [shell.Shell].Events connects there by server-sent events, through htmx's
// sse extension. The server sends
//
//   - at once, and with every new snapshot, an unnamed message whose data is [shell.Push]
//     of the page's region, any number of them in one message:
//
//     id: 4711
//     data: <hx-partial hx-target="#live-jobs" hx-swap="outerMorph"><section id="live-jobs">…
//
//     Every line of the HTML needs its own "data: ". The region is morphed: focus, open
//     details, scroll positions and typed text stay;
//
//   - with every poll, and at least every [shell.Beat].Every seconds, an event named beat whose
//     data is a [shell.Beat] in JSON. It moves the live mark: without one for three times that
//     long the page calls itself stale, with the seconds.
//
//     event: beat
//     data: {"now":"2026-03-01T14:05:00Z","as_of":"2026-03-01T14:04:58Z","stale":false,"reason":"","every":5}
//
// A request that is not signed in any more answers 401, upon which the page loads anew
// and so comes to the sign-in; any other failure is tried again with growing pauses. A
// tab in the background closes its stream and opens it again when it is looked at. A
// paused page drops what arrives, and connects anew when it goes on, so the first
// message after a connect must hold all regions.
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
