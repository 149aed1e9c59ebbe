package store

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// What etcd counts it tells by metrics alone, which are of the process.
var (
	logged = counted(prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: "etcd", Subsystem: "disk", Name: "wal_write_bytes_total", Help: "Total number of bytes written in WAL.",
	}))
	puts = counted(prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: "etcd", Subsystem: "mvcc", Name: "put_total", Help: "Total number of puts seen by this member.",
	}))
	deletes = counted(prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: "etcd", Subsystem: "mvcc", Name: "delete_total", Help: "Total number of deletes seen by this member.",
	}))
)

// counted is etcd's own metric of this name, which is registered by it already.
func counted(same prometheus.Collector) prometheus.Metric {
	var already prometheus.AlreadyRegisteredError
	if errors.As(prometheus.Register(same), &already) {
		return already.ExistingCollector.(prometheus.Metric)
	}
	panic("etcd does not count what it is expected to")
}

// writtenToLog is how many bytes this process has written to logs.
func writtenToLog() float64 { return valueOf(logged).GetGauge().GetValue() }

// changes is how many states of keys this process has stored.
func changes() int64 {
	return int64(valueOf(puts).GetCounter().GetValue() + valueOf(deletes).GetCounter().GetValue())
}

func valueOf(metric prometheus.Metric) *dto.Metric {
	var m dto.Metric
	if err := metric.Write(&m); err != nil {
		return nil
	}
	return &m
}
