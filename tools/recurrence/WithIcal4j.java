import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.time.zone.ZoneRulesProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.fortuna.ical4j.model.Recur;

/** What ical4j makes of recurrence rules: java WithIcal4j cases.jsonl >ical4j.txt */
public class WithIcal4j {
    private static final int DATES = 8;
    private static final ZonedDateTime HORIZON = ZonedDateTime.parse("2060-01-01T00:00:00Z");
    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss");
    private static final DateTimeFormatter UTC = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern CASE = Pattern.compile("\\{\"zone\":\"(.*)\",\"start\":\"(.*)\",\"rule\":\"(.*)\"}");

    public static void main(String[] args) throws IOException {
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            var one = CASE.matcher(line);
            if (!one.matches()) throw new IOException("not a case: " + line);

            var start = LocalDateTime.parse(one.group(2), LOCAL).atZone(ZoneId.of(one.group(1)));
            System.out.println(dates(new Recur<ZonedDateTime>(one.group(3)), start));
        }
    }

    private static String dates(Recur<ZonedDateTime> rule, ZonedDateTime start) {
        return rule.getDates(start, start, HORIZON, DATES).stream().map(UTC::format).collect(Collectors.joining(" "));
    }

    /** The rules of the zones as zones.txt has them, in place of those that came with Java. */
    public static class Zones extends ZoneRulesProvider {
        private final Map<String, ZoneRules> zones = new TreeMap<>();

        public Zones() throws IOException {
            for (String line : Files.readAllLines(Path.of(System.getProperty("zones")))) {
                String[] words = line.split(" ");
                zones.put(words[0], rules(words));
            }
        }

        private static ZoneRules rules(String[] words) {
            List<ZoneOffsetTransition> changes = new ArrayList<>();
            ZoneOffset first = null, before = null;

            for (int i = 1; i < words.length; i++) {
                String[] change = words[i].split(":");
                ZoneOffset after = ZoneOffset.ofTotalSeconds(Integer.parseInt(change[1]));

                if (before == null) first = after;
                else changes.add(ZoneOffsetTransition.of(LocalDateTime.ofEpochSecond(Long.parseLong(change[0]), 0, before), before, after));

                before = after;
            }

            return ZoneRules.of(first, first, List.of(), changes, List.of());
        }

        @Override protected Set<String> provideZoneIds() { return zones.keySet(); }
        @Override protected ZoneRules provideRules(String id, boolean forCaching) { return zones.get(id); }
        @Override protected NavigableMap<String, ZoneRules> provideVersions(String id) { return new TreeMap<>(Map.of("", zones.get(id))); }
    }
}
