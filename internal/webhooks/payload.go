package webhooks

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/graph-olap/opsconsole/internal/announce"
	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/ops"
)

// notification is what is told, whatever an endpoint makes of it.
type notification struct {
	event       maintenance.EventKind
	id          int64 // of the event, 0 for a test
	at          time.Time
	delivery    string
	environment string
	// window is nil for a test, an approval and a scheduled change.
	window *announce.Announcement
	// approval is nil for all but that.
	approval *Approval
	// scheduled is nil for all but that.
	scheduled *Scheduled
	// update is what is told by an update, nil for any other event.
	update *announce.Update
}

// body is the notification as an endpoint of the kind understands it.
func (n notification) body(kind Kind) (string, error) {
	var message any

	switch kind {
	case Slack:
		message = n.slack()
	case Teams:
		message = n.teams()
	case Generic:
		message = n.generic()
	case Standard:
		message = n.standard()
	}

	data, err := json.Marshal(message)

	return string(data), err
}

// payload is the body for a generic endpoint.
type payload struct {
	Event maintenance.EventKind `json:"event"`
	// ID is the event's, the same for every endpoint; null for a test.
	ID *int64 `json:"id"`
	// Delivery is the same however often this is sent.
	Delivery    string                 `json:"delivery"`
	At          time.Time              `json:"at"`
	Environment string                 `json:"environment"`
	Window      *announce.Announcement `json:"window"`
	Update      *announce.Update       `json:"update,omitempty"`
	Approval    *Approval              `json:"approval,omitempty"`
	Scheduled   *Scheduled             `json:"scheduled,omitempty"`
}

func (n notification) generic() payload {
	p := payload{
		Event: n.event, Delivery: n.delivery, At: n.at, Environment: n.environment, Window: n.window, Update: n.update,
		Approval: n.approval, Scheduled: n.scheduled,
	}
	if n.id != 0 {
		p.ID = &n.id
	}

	return p
}

// standardPayload is the body for an endpoint of Standard Webhooks, in the structure that they
// recommend; Data is what a generic endpoint gets.
type standardPayload struct {
	// Type is maintenance.announced and so on, in a hierarchy separated by dots.
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      payload   `json:"data"`
}

func (n notification) standard() standardPayload {
	kind := "maintenance." + string(n.event)
	if n.approval != nil {
		kind = approvalEvents()[n.event].standard
	}

	if n.scheduled != nil {
		_, _, kind = scheduledEvent(n.scheduled.State)
	}

	return standardPayload{Type: kind, Timestamp: n.at, Data: n.generic()}
}

// headline says what happened.
func (n notification) headline() string {
	switch {
	case n.approval != nil:
		return approvalEvents()[n.event].headline + ": " + n.approval.Title
	case n.scheduled != nil:
		_, headline, _ := scheduledEvent(n.scheduled.State)

		return headline + ": " + n.scheduled.Title
	case n.window == nil:
		return "Test: maintenance will be announced here"
	}

	headline := n.event.Headline()
	if n.update != nil && n.update.Severity != maintenance.SeverityInfo {
		headline += " (" + strings.ToLower(n.update.Label) + ")"
	}

	return headline + ": " + n.window.Title
}

// message is what the window, or an update of it, says to users, as much of it as a chat shows.
func (n notification) message() string {
	const most = 2500

	switch {
	case n.approval != nil:
		return n.approval.about()
	case n.scheduled != nil:
		return ops.Shorten(n.scheduled.Note, most)
	case n.window == nil:
		return "Nothing is planned. Somebody pressed the test button."
	}

	if n.update != nil {
		return ops.Shorten(n.update.Text, most)
	}

	return ops.Shorten(n.window.MessageText, most)
}

// whenAndLink are when it is, and where it is told of.
func (n notification) whenAndLink() (when, link string) {
	switch {
	case n.approval != nil && n.approval.URL != nil:
		return "", *n.approval.URL
	case n.scheduled != nil:
		return n.scheduled.whenAndLink()
	case n.window == nil:
		return "", ""
	}

	return n.window.When(), n.window.URL
}

// linkText is what the link leads to.
func (n notification) linkText() string {
	if n.approval != nil {
		return "Approval " + strconv.FormatInt(n.approval.ID, 10)
	}

	if n.scheduled != nil {
		return "Scheduled change " + strconv.FormatInt(n.scheduled.ID, 10)
	}

	return "Announcements"
}

// object is a part of a chat's message.
type object map[string]any

// slack is a message of Block Kit. What people wrote is plain text there: it can mention
// nobody and link nowhere.
func (n notification) slack() object {
	const headerMax = 150

	plain := func(text string) object { return object{"type": "plain_text", "text": text, "emoji": false} }
	blocks := []object{{"type": "header", "text": plain(truncate(n.headline(), headerMax))}}

	if text := n.message(); text != "" {
		blocks = append(blocks, object{"type": "section", "text": plain(text)})
	}

	about := []object{plain(truncate(n.environment, headerMax))}
	when, link := n.whenAndLink()

	if when != "" {
		about = append(about, plain(when))
	}

	if link != "" {
		about = append(about, object{"type": "mrkdwn", "text": "<" + escape(link) + "|" + n.linkText() + ">"})
	}

	blocks = append(blocks, object{"type": "context", "elements": about})

	// The text is for notifications, and for those who do not see the blocks.
	return object{"text": escape(strings.TrimSpace(n.headline() + "\n" + when)), "blocks": blocks}
}

// escape escapes what Slack reads as markup.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// teams is an Adaptive Card, as workflows in Teams take it. Text runs show what people
// wrote as it is; text blocks would read it as Markdown.
func (n notification) teams() object {
	run := func(text, size, weight string) object {
		return object{"type": "RichTextBlock", "inlines": []object{{"type": "TextRun", "text": text, "size": size, "weight": weight}}}
	}
	body := []object{run(n.headline(), "large", "bolder")}
	when, link := n.whenAndLink()

	if when != "" {
		body = append(body, run(when, "default", "bolder"))
	}

	if text := n.message(); text != "" {
		body = append(body, run(text, "default", "default"))
	}

	card := object{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
		"body": append(body, run(n.environment, "small", "lighter")),
	}

	if link != "" {
		card["actions"] = []object{{"type": "Action.OpenUrl", "title": n.linkText(), "url": link}}
	}

	return object{"type": "message", "attachments": []object{
		{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card},
	}}
}

// truncate shortens a text to as many characters.
func truncate(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}

	return s
}
