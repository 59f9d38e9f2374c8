package components

// Snippet is what a form would send, as a command or a call.
type Snippet struct {
	// Label names the language: curl, Python.
	Label string
	Parts []SnippetPart
}

// SnippetPart is a piece of a snippet. One with a Field is the value of that field as
// it is typed at the moment: Text is replaced while the operator types.
type SnippetPart struct {
	Text  string
	Field string
}
