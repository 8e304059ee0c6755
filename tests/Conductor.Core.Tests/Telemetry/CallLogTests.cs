using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Telemetry;
using Microsoft.Extensions.Logging;
using static Conductor.Core.Tests.Telemetry.TestCalls;

namespace Conductor.Core.Tests.Telemetry;

public sealed class CallLogTests
{
    [Fact]
    public void Write_Call_HasTheContractsFieldsWithTheirTypes()
    {
        var logger = new ListLogger();
        var call = Chat(context: new CallContext { RequestId = "req_1", TenantId = "acme", Metadata = new Dictionary<string, string> { ["team"] = "blue" } });
        var attempt = Attempt(call, usage: new TokenUsage { InputTokens = 100, OutputTokens = 20 }, nanoUsd: 214_350);

        new CallLog(logger).Write(CallRecord.From(call, Outcome(attempt), null, Start, TimeSpan.FromMilliseconds(412.3456)));

        var (level, message, fields) = Assert.Single(logger.Lines);
        Assert.Equal(LogLevel.Information, level);
        Assert.Equal("chat fast -> openai/gpt-4o-mini ok, 412.3 ms, 120 tokens, 0.000214350 USD, req_1", message);
        Assert.Equal("req_1", fields["request_id"]);
        Assert.Equal("acme", fields["tenant"]);
        Assert.Equal("fast", fields["model"]);
        Assert.Equal("gpt-4o-mini", fields["backend_model"]);
        Assert.Equal("openai", fields["provider"]);
        Assert.Equal("chat", fields["operation"]);
        Assert.Equal(Start, fields["start"]);
        Assert.Equal(Start + TimeSpan.FromMilliseconds(412.3456), fields["end"]);
        Assert.Equal(412.346, fields["latency_ms"]);
        Assert.Equal(120L, fields["tokens"]);
        Assert.Equal(100L, fields["input_tokens"]);
        Assert.Equal(20L, fields["output_tokens"]);
        Assert.Equal(0.00021435m, fields["cost"]);
        Assert.Equal("settled", fields["cost_status"]);
        Assert.Equal("ok", fields["status"]);
        Assert.Null(fields["error_code"]);
        Assert.Equal(1, fields["attempts"]);
        Assert.Equal(false, fields["cache_hit"]);
        Assert.Equal([new("team", "blue")], (IEnumerable<KeyValuePair<string, string>>)fields["metadata"]!);
    }

    [Fact]
    public void Write_FailureOfATarget_SaysItsCategory()
    {
        var logger = new ListLogger();
        var error = ConductorErrors.FromProvider(new Conductor.Providers.ProviderException(Conductor.Providers.ProviderErrorKind.Network, "reset"), "a");

        new CallLog(logger).Write(CallRecord.From(Chat("m"), null, error, Start, TimeSpan.FromMilliseconds(1)));

        var (_, message, fields) = Assert.Single(logger.Lines);
        Assert.Contains("error upstream_unreachable (network)", message, StringComparison.Ordinal);
        Assert.Equal("network", fields["error_category"]);
    }

    [Fact]
    public void Write_Failure_SaysTheCode()
    {
        var logger = new ListLogger();

        new CallLog(logger).Write(CallRecord.From(Chat("nope"), null, ConductorErrors.ModelNotFound("nope", null), Start, TimeSpan.FromMilliseconds(1)));

        var (_, message, fields) = Assert.Single(logger.Lines);
        Assert.Equal("chat nope error model_not_found, 1.0 ms, 0 tokens, 0.000000000 USD, req_1", message);
        Assert.Equal("error", fields["status"]);
        Assert.Equal("model_not_found", fields["error_code"]);
        Assert.Null(fields["provider"]);
        Assert.Null(fields["metadata"]);
    }

    [Fact]
    public void Write_CostBeyondADecimal_StillWritesTheLine()
    {
        var logger = new ListLogger();
        var record = CallRecord.From(Chat(), null, null, Start, TimeSpan.Zero) with { Cost = new NanoUsd(Int128.MaxValue) };

        new CallLog(logger).Write(record);

        Assert.Null(Assert.Single(logger.Lines).Fields["cost"]);
    }

    [Fact]
    public void Write_InformationOff_WritesNothing()
    {
        var logger = new ListLogger { Minimum = LogLevel.Warning };

        new CallLog(logger).Write(CallRecord.From(Chat(), null, null, Start, TimeSpan.Zero));

        Assert.Empty(logger.Lines);
    }

    private sealed class ListLogger : ILogger<CallLog>
    {
        public List<(LogLevel Level, string Message, Dictionary<string, object?> Fields)> Lines { get; } = [];

        public LogLevel Minimum { get; init; } = LogLevel.Trace;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= Minimum;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception), ((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(pair => pair.Key, pair => pair.Value)));
    }
}
