package store

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
)

// logCore hands what etcd logs to slog. etcd tells its life's story at level
// info, which is of use only when looking into etcd itself: it becomes debug.
type logCore struct {
	zapcore.LevelEnabler
	handler slog.Handler
}

const (
	// repeats are how many times a second an entry is logged that says the same,
	// and then each thousandth: to a member that is away etcd loses a message for
	// each read, and tells of every one.
	repeats, repeatEvery = 3, 1000
	// publishEvery is how long etcd is held up each time it could not publish
	// its name. Until it has applied what it had before it started, it fails at
	// once, and would try again thousands of times, on a processor that others
	// serve with.
	publishEvery = 10 * time.Millisecond
)

func newLogCore(log *slog.Logger) zapcore.Core {
	core := logCore{zapcore.InfoLevel, log.Handler().WithAttrs([]slog.Attr{slog.String("component", "etcd")})}
	return pacedCore{zapcore.NewSamplerWithOptions(core, time.Second, repeats, repeatEvery)}
}

// pacedCore holds up who logs that it tries again, as nothing else can.
type pacedCore struct{ zapcore.Core }

func (c pacedCore) With(fields []zapcore.Field) zapcore.Core { return pacedCore{c.Core.With(fields)} }

func (c pacedCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if entry.Message == unpublished {
		time.Sleep(publishEvery)
	}
	return c.Core.Check(entry, checked)
}

// unpublished is the warning of a member that has just started; see
// publishEvery. If it lasts there is no majority, of which others tell.
const unpublished = "failed to publish local member to cluster through raft"

// quiet are warnings about ways of running etcd that do not concern us.
var quiet = map[string]bool{
	unpublished: true,
	// There are no client listeners at all.
	"Running http and grpc server on single port. This is not recommended for production.": true,
	// etcd has no users here: nobody can reach it but this process.
	"simple token is not cryptographically signed": true,
	// Since version 3.6 of a cluster, checkpoints are always persisted.
	"Detected that checkpointing is enabled without persistence. Consider enabling feature gate LeaseCheckpointPersist": true,
}

// soon is in the warning of a member whose election comes before it has
// applied that it is a member, which a slow disk is enough for. It stands again.
const soon = "cannot campaign at term"

// unwritten is in the error of a new member that looks for the version of its
// database before the first batch is in it, as one does whose processor is
// busy. It looks again a second later.
const unwritten = "missing term information"

// unserved is the error of a member whose peer port ends, as it does with etcd.
const unserved = "setting up serving from embedded etcd failed."

// levelOf is the level at which an entry is logged. The fields may lower it,
// never raise it.
func levelOf(entry zapcore.Entry, fields []zapcore.Field) slog.Level {
	switch {
	case quiet[entry.Message], strings.Contains(entry.Message, soon), tells(fields, unwritten), entry.Message == unserved && tells(fields, net.ErrClosed.Error()):
		return slog.LevelDebug
	case entry.Level >= zapcore.ErrorLevel:
		return slog.LevelError
	case entry.Level == zapcore.WarnLevel:
		return slog.LevelWarn
	default:
		return slog.LevelDebug
	}
}

// tells is whether the fields have an error that says this.
func tells(fields []zapcore.Field, said string) bool {
	return slices.ContainsFunc(fields, func(field zapcore.Field) bool {
		err, ok := field.Interface.(error)
		return ok && strings.Contains(err.Error(), said)
	})
}

func (c logCore) With(fields []zapcore.Field) zapcore.Core {
	return logCore{c.LevelEnabler, c.handler.WithAttrs(attributes(fields))}
}

func (c logCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.handler.Enabled(context.Background(), levelOf(entry, nil)) {
		return checked.AddCore(entry, c)
	}
	return checked
}

func (c logCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	level := levelOf(entry, fields)
	if !c.handler.Enabled(context.Background(), level) {
		return nil
	}
	record := slog.NewRecord(entry.Time, level, entry.Message, 0)
	record.AddAttrs(attributes(fields)...)
	return c.handler.Handle(context.Background(), record)
}

func (c logCore) Sync() error { return nil }

func attributes(fields []zapcore.Field) []slog.Attr {
	encoder := zapcore.NewMapObjectEncoder()
	result := make([]slog.Attr, 0, len(fields))
	for _, field := range fields {
		field.AddTo(encoder)
		if value, ok := encoder.Fields[field.Key]; ok {
			result = append(result, slog.Any(field.Key, value))
		}
	}
	return result
}
