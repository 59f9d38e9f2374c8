package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// accessible is what the browser tells assistive technology of an element.
type accessible struct {
	role, name, description, text string
	properties                    map[string]string
}

func (a accessible) String() string { return fmt.Sprintf("%s %q", a.role, a.name) }

func (a accessible) property(name string) string { return a.properties[name] }

// accessibilityTree reads the page as assistive technology has it.
func (p *page) accessibilityTree() []accessible {
	p.t.Helper()

	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()

	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}

	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, node := range tree.Nodes {
		nodes[node.NodeID] = node
	}

	var out []accessible

	for _, node := range tree.Nodes {
		if node.Ignored {
			continue
		}

		a := accessible{
			role: said(node.Role), name: said(node.Name), description: said(node.Description),
			text: strings.Join(strings.Fields(textOf(nodes, node)), " "), properties: map[string]string{},
		}
		for _, property := range node.Properties {
			a.properties[string(property.Name)] = said(property.Value)
		}

		out = append(out, a)
	}

	return out
}

// said is a value of the tree as text.
func said(value *accessibility.Value) string {
	if value == nil {
		return ""
	}

	var text any
	if err := json.Unmarshal(value.Value, &text); err != nil || text == nil {
		return ""
	}

	return fmt.Sprint(text)
}

func textOf(nodes map[accessibility.NodeID]*accessibility.Node, node *accessibility.Node) string {
	if said(node.Role) == "StaticText" {
		return said(node.Name)
	}

	var parts []string

	for _, id := range node.ChildIDs {
		if child := nodes[id]; child != nil {
			parts = append(parts, textOf(nodes, child))
		}
	}

	return strings.Join(parts, " ")
}

// focused is what has the focus, the innermost where a document does too.
func (p *page) focused() accessible {
	p.t.Helper()

	var at accessible

	for _, a := range p.accessibilityTree() {
		if a.property("focused") == "true" {
			at = a
		}
	}

	return at
}

// TestWhatIsWrongIsReadOut looks at what has the focus once a form was refused, and at what is said of it.
func TestWhatIsWrongIsReadOut(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/config/concurrency/review?revision=1&per_analyst=999&cluster_total=50")
	p.expect("422")
	p.expect("beforeunload") // of what is left in a form

	refused := func(name, why string) {
		t.Helper()
		p.until("the focus on what is wrong",
			`document.readyState === "complete" && document.activeElement.matches("[aria-invalid=true]")`)

		at := p.focused()
		if at.role != "textbox" || !strings.Contains(at.name, name) || at.property("invalid") != "true" || !strings.Contains(at.description, why) {
			t.Errorf("got %s, invalid %s, described as %q, want %s, invalid, with %q", at, at.property("invalid"), at.description, name, why)
		}
	}

	refused("Per analyst", "Must be between 1 and 100")

	for _, form := range []struct{ path, button, name, why string }{
		{"/config/concurrency/review?revision=1&per_analyst=4&cluster_total=50", "Lower", "Reason", "Enter a reason"},
		{"/maintenance/windows/new", "Review", "Title", "Is required"},
		{"/points", "Save", "Name", "Give the point a name"},
		{"/maintenance/webhooks/new", "Add", "Name", "Give it a name"},
	} {
		p.visit(form.path)
		p.pressIn("main form", form.button)
		refused(form.name, form.why)
	}
}

// TestEveryControlHasAName looks at what assistive technology says of each control, page by page.
func TestEveryControlHasAName(t *testing.T) {
	t.Parallel()

	p := startDemo(t).as(t, "dave", "/")

	for _, path := range []string{
		"/", "/jobs", "/instances", "/exports", "/history", "/audit", "/capacity", "/incident", "/config/lifecycle", "/maintenance/windows/new",
		"/maintenance/webhooks/new", "/scheduled", "/leases", "/points", "/sessions", "/?at=-1h",
	} {
		p.visit(path)
		p.sees("main h1, main h2", "")

		for _, a := range p.accessibilityTree() {
			switch a.role {
			case "button", "link", "textbox", "checkbox", "radio", "combobox", "searchbox", "dialog":
				if strings.TrimSpace(a.name) == "" {
					t.Errorf("%s: a %s has no name: %v", path, a.role, a.properties)
				}
			}
		}
	}
}
