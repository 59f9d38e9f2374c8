// Package deploy holds what runs opsconsole in production: an image, Kubernetes
// manifests and a systemd unit. Its tests keep them true.
package deploy
