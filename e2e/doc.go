// Package e2e drives the real program as a person and a script do: it builds
// opsconsole once, starts a demo of its own for each test, on free ports and with a
// new world that holds still, and looks at it with Chromium. How one signs in is the
// subject of its own tests; the others are given a session.
//
// A test waits for what a person would see, never for a time. What the page's script
// or the content security policy complain about fails the test; a failing test leaves
// a screenshot, the page and the program's log in .task/e2e.
package e2e
