// Package web is what a request is and how it is answered: who asks ([Page]), what was sent
// ([Fields], one decoder for forms, JSON and addresses), and whether a page, a fragment of one or
// JSON goes back ([Page.Answer]). What went wrong becomes an answer in one place, [Errors]. It
// knows no subject.
package web
