// Package runs tells of the runs of the control plane's jobs: of the embedded control plane's as it recorded them
// ([Recorded]), of one elsewhere as its counters moved between two looks ([Counted]).
package runs
