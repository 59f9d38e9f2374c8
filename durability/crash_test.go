package durability_test

import (
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"testing"

	"github.com/graph-olap/opsconsole/internal/failpoint"
	"github.com/graph-olap/opsconsole/internal/worldtest"
)

// TestDurabilityOfCrashes kills a console that is in use at each of its places, and starts it again.
func TestDurabilityOfCrashes(t *testing.T) {
	t.Parallel()

	for name, databaseURL := range map[string]func(testing.TB) string{
		"sqlite": worldtest.Prepared.SQLiteURL, "postgres": worldtest.Prepared.PostgresURL,
	} {
		for part := range worlds {
			worldtest.Seeds(t, fmt.Sprintf("%s %d", name, part+1), func(t *testing.T, seed uint64) {
				t.Helper()

				w := newWorld(t, databaseURL(t), seed)
				w.process.kill()

				places := placesOf(name == "sqlite", seed)
				mathrand.New(mathrand.NewPCG(seed, 0)).Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })

				for i := part; i < len(places); i += worlds {
					w.killAt(places[i])
				}

				w.rest()
			})
		}
	}
}

// placesOf are all places of a database or, with one seed, those that the other one has not.
func placesOf(sqlite bool, seed uint64) (places []failpoint.Name) {
	for i, name := range slices.Sorted(maps.Keys(scenarios())) {
		if !worldtest.OneSeed() || (uint64(i)+seed)%2 == 0 == sqlite {
			places = append(places, name)
		}
	}

	if sqlite {
		places = slices.AppendSeq(places, maps.Keys(onSQLite()))
	}

	return places
}

// worlds share the places: while one waits, another one is killed.
const worlds = 3

// TestDurabilityOfEachPlace has no place left out.
func TestDurabilityOfEachPlace(t *testing.T) {
	t.Parallel()

	tested := scenarios()
	maps.Copy(tested, onSQLite())

	for _, name := range slices.Concat(failpoint.All()) {
		if _, ok := tested[name]; !ok && !slices.Contains(elsewhere(), name) {
			t.Errorf("nothing is killed at %s", name)
		}
	}
}

// elsewhere are the places of what is done once, which have tests of their own.
func elsewhere() []failpoint.Name {
	return []failpoint.Name{
		failpoint.MigrationDone, failpoint.PlatformMade, failpoint.BackupCopied, failpoint.BackupMade, failpoint.BackupNamed,
	}
}
