// Package handlers is the console over HTTP. routes.go is the one table of all
// routes; then there is one file a page.
//
// Every page is also data: with Accept: application/json it answers its view model,
// and every form takes its fields as JSON, under the same checks. What a request may
// be answered with (a page, a fragment for htmx, or JSON) is decided in one place,
// [page.answer]; errors become answers in another, errors.go.
//
// Pages that show the platform are built from the monitor's snapshot; forms read afresh.
package handlers
