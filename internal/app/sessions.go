package app

import (
	"context"
	"log/slog"
	"time"
)

// recountAfter is when it is looked first whether a pooler gives more sessions than at the start, then after twice as long and so on.
const recountAfter = time.Minute

// watchSessions tells of a pooler that gives few sessions. As the process before this one may have had them, it is asked again.
func (a *App) watchSessions(ctx context.Context) {
	few := a.db.FewSessions()
	if few == 0 {
		return
	}

	a.logger.WarnContext(ctx, "a connection pooler offers few sessions, and this console uses no more; "+
		"set a default_pool_size of 31 for each process",
		slog.Int("sessions", few))

	a.background = append(a.background, func(ctx context.Context) error {
		for pause := recountAfter; ; pause *= 2 { // who asks in vain holds up others
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}

			if a.db.CountAgain(ctx) {
				a.logger.InfoContext(ctx, "the connection pooler now offers enough sessions, and they are used")

				return nil
			}
		}
	})
}
