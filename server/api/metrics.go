package api

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/berth/store"
)

// metrics are those of this server, beside etcd's and Go's own.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	handler  http.Handler
	// known maps a series to what is observed of it: looking a series up by the
	// texts of its labels costs more than counting.
	known sync.Map
}

// series is the labels of one kind of requests.
type series struct {
	route, method string
	status        int
}

type observed struct {
	requests prometheus.Counter
	seconds  prometheus.Observer
}

func newMetrics(version string, opened func() *store.Store) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "berth_http_requests_total", Help: "Requests answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "berth_http_request_duration_seconds", Help: "Time to answer a request, by route and method.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route", "method"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "berth_build_info", Help: "Always 1; the labels tell the build.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.seconds, build, storeCollector{opened})
	// etcd registers with the default registry, as do Go's own numbers.
	gatherers := prometheus.Gatherers{registry, prometheus.DefaultGatherer}
	m.handler = promhttp.HandlerFor(gatherers, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) serve(w http.ResponseWriter, r *http.Request, _ string) error {
	m.handler.ServeHTTP(w, r)
	return nil
}

// methods are the labels there are; clients may send any method.
var methods = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true,
	http.MethodPatch: true, http.MethodDelete: true, http.MethodOptions: true,
}

func (m *metrics) observe(route, method string, status int, took time.Duration) {
	if !methods[method] {
		method = "other"
	}
	key := series{route, method, status}
	known, ok := m.known.Load(key)
	if !ok {
		known, _ = m.known.LoadOrStore(key, observed{
			m.requests.WithLabelValues(route, method, strconv.Itoa(status)),
			m.seconds.WithLabelValues(route, method),
		})
	}
	o := known.(observed)
	o.requests.Inc()
	o.seconds.Observe(took.Seconds())
}

// storeCollector asks the store for its numbers when they are scraped.
type storeCollector struct {
	opened func() *store.Store
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("berth_store_"+name, help, labels, nil)
}

var (
	descItems    = describe("items", "Items in the store. They are counted again only after a thousand times as long as counting took.")
	descRevision = describe("revision", "Revision of the last change.")
	descFile     = describe("file_bytes", "Size of the database file.")
	descUsed     = describe("used_bytes", "Bytes of the database file in use.")
	descQuota    = describe("quota_bytes", "Bytes that may be in use before writes are refused.")
	descReady    = describe("ready", "1 if a linearizable read succeeded lately.")
	descLeader   = describe("has_leader", "1 if this member knows a leader.")
	descLeads    = describe("is_leader", "1 if this member is the leader.")
	descMembers  = describe("members", "Members of the cluster, as this one knows it.")
	descLearners = describe("learners", "Members that have no vote yet.")
	descRounds   = describe("read_rounds_total", "Rounds in which this member asked a majority for its reads, by result; unknown ones were left to etcd.", "result")
)

func (c storeCollector) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{descItems, descRevision, descFile, descUsed, descQuota, descReady, descLeader, descLeads, descMembers, descLearners, descRounds} {
		out <- desc
	}
}

func (c storeCollector) Collect(out chan<- prometheus.Metric) {
	s := c.opened()
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	stats, err := s.Stats(ctx)
	if err != nil {
		return
	}
	gauge := func(desc *prometheus.Desc, value float64) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
	gauge(descItems, float64(stats.Items))
	gauge(descRevision, float64(stats.Revision))
	gauge(descFile, float64(stats.FileBytes))
	gauge(descUsed, float64(stats.UsedBytes))
	gauge(descQuota, float64(stats.QuotaBytes))
	gauge(descReady, zeroOrOne(s.Ready()))
	gauge(descLeader, zeroOrOne(stats.HasLeader))
	gauge(descLeads, zeroOrOne(stats.Leads))
	gauge(descMembers, float64(stats.Members))
	gauge(descLearners, float64(stats.Learners))
	rounds := func(result string, count int64) {
		out <- prometheus.MustNewConstMetric(descRounds, prometheus.CounterValue, float64(count), result)
	}
	rounds("known", stats.KnownRounds)
	rounds("unknown", stats.UnknownRounds)
}

func zeroOrOne(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
