// Package maintenance keeps maintenance windows: announced days ahead, they start and
// end by themselves, and at the end everything is provably as before.
//
// A window is announced; at its start it sets maintenance mode and its temporary
// settings through [changes.Changes.Apply], each with a lease of the kind window, and
// is active when all of them are known to be applied. At its end it is verifying: when
// the platform is healthy the leases are taken back, the settings are read once more,
// and it is completed with a report. While the platform is not healthy it is overrun
// and maintenance stays on, until health returns or an operator says that it is over.
//
// Whether it is maintenance now is derived from the window and the clock. What has to
// be done at a boundary is written in the window's row; [Windows.Tick] looks every
// second for the rows that are due and hands them to [Windows.ApplyBoundary], which
// goes as far as it can. Each step looks at what is there before it acts, and is
// written only against the revision that it saw: applying twice is the same as once, a
// crash at any point is made up for by the next tick, and several processes may do it
// checkRevision a time. A change that was called and not answered is waited for until it is
// settled. What fails is tried again, after ten seconds at the most, and the window is
// overdue with the reason.
//
// A window can be held: nobody answers for it any more, or somebody changed by hand
// what it is to put back. Its note says so, and it waits for an operator.
//
// A series is a recurrence rule and what its windows have in common. Its next windows
// are written ahead, each a window of its own. Rules are about wall clocks: they are
// expanded without a zone, and each time is then found in the zone as RFC 5545 says.
//
// What subscribers are to know is an [Event], written in the transaction of what
// happened.
package maintenance
