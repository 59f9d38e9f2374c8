package platform

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/graph-olap/opsconsole/handlers/web"
	"github.com/graph-olap/opsconsole/internal/monitor"
	"github.com/graph-olap/opsconsole/internal/spreadsheet"
	"github.com/graph-olap/opsconsole/ops"
	pages "github.com/graph-olap/opsconsole/templates/platform"
)

// column is a series in a file of numbers.
type column struct {
	name   string
	series monitor.Series
}

// numbers answers with the points of series by their time, RFC 3339 in UTC: RFC 4180. A field is empty where
// there was no data.
func numbers(p *web.Page, file string, columns ...column) error {
	q := p.Query()

	w := p.CSV(q)
	if err := q.Err(); err != nil {
		return err
	}

	header := p.Response().Header()
	header.Set(echo.HeaderContentType, "text/csv; charset=utf-8")
	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+file+`"`)
	p.Response().WriteHeader(http.StatusOK)

	return w.WriteAll(tableOf(columns))
}

// tableOf has a row for each moment of which there is a point, as precise as they are stored, and a head.
func tableOf(columns []column) [][]string {
	head := []string{"time"}
	rows := map[int64][]string{}

	for i, c := range columns {
		head = append(head, spreadsheet.Cell(c.name))

		for _, point := range c.series {
			at := point.At.UnixMicro()
			if rows[at] == nil {
				rows[at] = make([]string, len(columns))
			}

			if point.Value != nil {
				rows[at][i] = strconv.FormatFloat(*point.Value, 'g', -1, 64)
			}
		}
	}

	all := [][]string{head}
	for _, at := range slices.Sorted(maps.Keys(rows)) {
		all = append(all, append([]string{time.UnixMicro(at).UTC().Format(time.RFC3339Nano)}, rows[at]...))
	}

	return all
}

// CapacityCSV is the used capacity and its limit over a time, for a spreadsheet.
func (h *Handlers) CapacityCSV(p *web.Page) error {
	r, err := rangeOf(p.QueryParams(), pages.CapacityReaches(), p.Now, time.UTC)
	if err != nil {
		return err
	}

	s := h.Monitor.Snapshot()

	l, err := h.lines(p.Ctx(), r, p.Now, capacitySeries(s))
	if err != nil {
		return err
	}

	return numbers(p, "capacity.csv",
		column{monitor.Used, l.series[monitor.Used]}, column{monitor.ClusterTotal, l.series[monitor.ClusterTotal]})
}

// HealthCSV is the latencies of the components over a time, in milliseconds, for a spreadsheet.
func (h *Handlers) HealthCSV(p *web.Page) error {
	r, err := rangeOf(p.QueryParams(), pages.HealthReaches(), p.Now, time.UTC)
	if err != nil {
		return err
	}

	view := h.withDatabase(healthView(h.Monitor.Snapshot(), p.Now), h.Monitor.Snapshot())

	l, err := h.lines(p.Ctx(), r, p.Now, latencySeries(view))
	if err != nil {
		return err
	}

	var columns []column
	for _, c := range slices.Concat(view.Own, view.Components) {
		columns = append(columns, column{keptAs(c) + "_ms", l.series[monitor.LatencyOf(keptAs(c))]})
	}

	return numbers(p, "health.csv", columns...)
}

// familyParam names a family of metrics.
const familyParam = "family"

// MetricsCSV is how a family of metrics moved over a time, for a spreadsheet.
func (h *Handlers) MetricsCSV(p *web.Page) error {
	r, err := rangeOf(p.QueryParams(), pages.MetricsReaches(), p.Now, time.UTC)
	if err != nil {
		return err
	}

	q := p.Query()
	name := q.Text(familyParam)

	if err := q.Err(); err != nil {
		return err
	}

	s := h.Monitor.Snapshot()
	if !slices.ContainsFunc(s.Metrics.Value.Families, func(f monitor.Family) bool { return f.Name == name }) {
		return ops.NotFound("metric family", ops.Clip(name))
	}

	from, until := r.Times(p.Now)

	return numbers(p, "metrics.csv", column{name, s.Moved[name].Between(from, until)})
}

// CSVParams are the parameters of a file of numbers.
func CSVParams(more ...string) []string { return RangeParams(append(more, web.ForParam)...) }

// MetricsCSVParams are those of the file of a family.
func MetricsCSVParams() []string { return CSVParams(familyParam) }

// csvAddress is that of the numbers of a page's charts, for people's spreadsheets.
func csvAddress(path string, values url.Values) string {
	values.Set(web.ForParam, web.ForExcel)

	return path + "?" + values.Encode()
}
