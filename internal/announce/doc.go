// Package announce tells users about maintenance: what is now, what is coming and what
// was in the last 90 days, as values for a page, JSON, a calendar that one subscribes
// to, an Atom feed, and a script that draws a banner into other pages.
//
// Show all comes from [View], a pure function of the windows, the platform's health
// and the clock. It leaves out what is for operators: names, settings, reasons, notes.
// What operators write is a subset of Markdown, see [Render].
//
// [Feeds] serves it. Each format is rendered and compressed once a state and then
// handed to everybody: a request costs a comparison, and all requests of a second
// together one small query. While the database does not answer, what was last known is
// served and marked stale.
package announce
