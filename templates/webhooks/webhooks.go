package webhooks

import (
	"fmt"
	"slices"
	"time"

	"github.com/graph-olap/opsconsole/internal/maintenance"
	"github.com/graph-olap/opsconsole/internal/webhooks"
	"github.com/graph-olap/opsconsole/templates/components"
	"github.com/graph-olap/opsconsole/templates/shell"
)

// List is the list of those who are told of windows by a call.
type List struct {
	Items []webhooks.Endpoint `json:"items"`
	// Next is always null: webhooks are few.
	Next *string `json:"next"`
	// Hosts are those that may be called; none says that webhooks are not configured.
	Hosts []string  `json:"allowed_hosts"`
	Now   time.Time `json:"-"`
}

// Form adds a webhook, or changes one.
type Form struct {
	// Webhook is the one that is changed, nil for a new one.
	Webhook *webhooks.Endpoint `json:"webhook"`
	Hosts   []string           `json:"allowed_hosts"`

	Name   string                  `json:"-"`
	Kind   webhooks.Kind           `json:"-"`
	URL    string                  `json:"-"`
	Events []maintenance.EventKind `json:"-"`
	// Offered are the events that can be chosen.
	Offered []maintenance.EventKind `json:"-"`
	Enabled bool                    `json:"-"`
	Reason  string                  `json:"-"`
	// Errors are by field.
	Errors    map[string]string `json:"-"`
	Problem   string            `json:"-"`
	RequestID string            `json:"-"`
	Now       time.Time         `json:"-"`
}

func (v Form) wants(event maintenance.EventKind) bool { return slices.Contains(v.Events, event) }

// Webhook is the page of one webhook, with the newest of its log.
type Webhook struct {
	webhooks.Endpoint

	// Secret is shown this once; "" any other time.
	Secret     string              `json:"secret,omitempty"`
	Deliveries []webhooks.Delivery `json:"-"`
	// Total counts all of its log.
	Total   int       `json:"-"`
	Problem string    `json:"-"`
	Now     time.Time `json:"-"`
}

// refused is the newest delivery where it was given up, nil where it was not.
func (v Webhook) refused() *webhooks.Delivery {
	if len(v.Deliveries) == 0 || v.Deliveries[0].State != webhooks.Failed {
		return nil
	}

	return &v.Deliveries[0]
}

// Act asks why a webhook is to go, or to have another secret.
type Act struct {
	Webhook webhooks.Endpoint `json:"webhook"`
	// Act is delete or rotate.
	Act       string            `json:"act"`
	Reason    string            `json:"-"`
	Errors    map[string]string `json:"-"`
	Problem   string            `json:"-"`
	RequestID string            `json:"-"`
	Now       time.Time         `json:"-"`
}

// Deliveries is the log of what was sent, newest first.
type Deliveries struct {
	Items []webhooks.Delivery `json:"items"`
	// Next is the value of cursor for the next page, null on the last one.
	Next *string `json:"next"`
	// Total counts what the filter selects.
	Total  int            `json:"total"`
	Filter DeliveryFilter `json:"-"`
	// Offered are the events that can be chosen.
	Offered []maintenance.EventKind `json:"-"`
	Now     time.Time               `json:"-"`
}

// DeliveryFilter is the query of the log, as it was typed; what is "" does not restrict.
type DeliveryFilter struct {
	Webhook, Window, State, Event string
	// Cursor is that of the page, "" on the first.
	Cursor string
	// Errors are by the name of the parameter.
	Errors map[string]string
}

// Active reports whether the filter restricts anything.
func (f DeliveryFilter) Active() bool { return f.URL("") != deliveriesPath }

// URL is the address of the page at the cursor; "" is the first.
func (f DeliveryFilter) URL(cursor string) string {
	return components.PageURL(deliveriesPath, components.NonEmpty(map[string]string{
		"webhook": f.Webhook, "window": f.Window, "state": f.State, "event": f.Event, "cursor": cursor,
	}), 0)
}

// next is the address of the next page, "" on the last one.
func (v Deliveries) next() string {
	if v.Next == nil {
		return ""
	}

	return v.Filter.URL(*v.Next)
}

// Delivery is the page of one delivery.
type Delivery struct {
	webhooks.Delivery

	Problem string    `json:"-"`
	Now     time.Time `json:"-"`
}

const deliveriesPath = "/maintenance/deliveries"

// Path is the page of a webhook.
func Path(id int64) string { return fmt.Sprintf("%s/%d", shell.WebhooksPath, id) }

// DeliveryPath is the page of a delivery.
func DeliveryPath(id string) string { return deliveriesPath + "/" + id }
