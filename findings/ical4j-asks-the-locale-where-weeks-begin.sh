#!/usr/bin/env bash
# ical4j 4.4.0, on Java 17 or later, with Maven.
#
# Believed: a rule without WKST has weeks that begin on Monday (RFC 5545, section 3.3.10), wherever it is read.
# Seen: they begin where the locale of the process has them begin: on Sunday in the United States.
# Bites: every second week on Sunday and Wednesday is other days on a server with another locale, from one container image to the next.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version><dependencies><dependency>
<groupId>org.mnode.ical4j</groupId><artifactId>ical4j</artifactId><version>4.4.0</version></dependency></dependencies></project>
XML
mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory=lib

cat >Read.java <<'JAVA'
import java.time.LocalDateTime;
import net.fortuna.ical4j.model.Recur;

public class Read {
    public static void main(String[] args) {
        LocalDateTime start = LocalDateTime.parse("2033-01-16T03:20"); // a Sunday
        System.out.println(new Recur<LocalDateTime>("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;COUNT=3").getDates(start, start, start.plusYears(1)));
    }
}
JAVA

read_in() { java "-Duser.language=$1" "-Duser.country=$2" -cp 'lib/*' Read.java 2>/dev/null; }
germany=$(read_in de DE)
america=$(read_in en US)

echo "in Germany:           $germany"
echo "in the United States: $america"
[ "$germany" = '[2033-01-16T03:20, 2033-01-26T03:20, 2033-01-30T03:20]' ] && [ "$america" = '[2033-01-16T03:20, 2033-01-19T03:20, 2033-01-30T03:20]' ] || {
	echo "the behavior has changed"
	exit 1
}
