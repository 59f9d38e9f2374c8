package kube

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/graph-olap/opsconsole/internal/controlplane/jobs"
)

// prepareWatch makes what lists the pods and then watches them, again and again as
// often as the connection breaks.
func (c *Cluster) prepareWatch() error {
	const never = time.Duration(0)

	c.informer = cache.NewSharedIndexInformer(c.pods.source(c.selector), &Pod{}, never, cache.Indexers{})

	// Who has set which field is most of a pod's size, and of no use here.
	if err := c.informer.SetTransform(stripManagedFields); err != nil {
		return err
	}

	var (
		mu   sync.Mutex
		said string
	)

	// A reason that lasts is told once.
	return c.informer.SetWatchErrorHandlerWithContext(func(ctx context.Context, _ *cache.Reflector, err error) {
		words := c.inWords(ctx, "watch", err).Error()

		mu.Lock()
		defer mu.Unlock()

		if words != said && ctx.Err() == nil {
			said = words
			c.logger.WarnContext(ctx, "the pods of instances cannot be watched", slog.String("words", words), slog.Any("cause", err))
		}
	})
}

func stripManagedFields(object any) (any, error) {
	if pod, ok := object.(*Pod); ok {
		pod.ManagedFields = nil
	}

	return object, nil
}

// Watch implements [jobs.WatchedCluster]. It can be called once.
func (c *Cluster) Watch(ctx context.Context) error {
	ctx = klog.NewContext(ctx, logr.FromSlogHandler(quiet{c.logger.Handler()}))
	c.informer.RunWithContext(ctx)

	if ctx.Err() == nil {
		return fmt.Errorf("the watch of the pods in %s ended unexpectedly", c.namespace)
	}

	return nil
}

// Watched implements [jobs.WatchedCluster].
func (c *Cluster) Watched() map[string]jobs.Pod {
	pods := map[string]jobs.Pod{}

	for _, object := range c.informer.GetStore().List() {
		if pod, ok := object.(*Pod); ok {
			pods[pod.Name] = podFrom(pod)
		}
	}

	return pods
}

// quiet drops what the client library says of its ordinary work.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
