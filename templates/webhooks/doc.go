// Package webhooks draws the webhooks and what was delivered to them.
package webhooks
