using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using System.Text.RegularExpressions;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using static Conductor.Core.Tests.Telemetry.TestCalls;

namespace Conductor.Core.Tests.Telemetry;

public sealed partial class PrometheusExpositionTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddConductorTelemetry().BuildServiceProvider();
    private readonly PrometheusExposition _exposition;
    private readonly ConductorMetrics _metrics;

    public PrometheusExpositionTests()
    {
        _exposition = _services.GetRequiredService<PrometheusExposition>();
        _metrics = _services.GetRequiredService<ConductorMetrics>();
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Render_OneCall_HasEveryFamilyWithItsLabels()
    {
        var call = Chat();
        var attempt = Attempt(call, usage: new TokenUsage { InputTokens = 100, OutputTokens = 20 }, nanoUsd: 214_350, milliseconds: 300);
        _metrics.CallStarted();
        _metrics.StreamStarted();
        _metrics.CacheRequest(CacheResult.Miss);
        _metrics.FirstToken(call, attempt, TimeSpan.FromMilliseconds(90));
        _metrics.AttemptEnded(call, attempt);
        _metrics.CallEnded(CallRecord.From(call, Outcome(attempt), null, Start, TimeSpan.FromMilliseconds(300.2)));

        var text = _exposition.Render();

        const string Target = "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\",gen_ai_response_model=\"gpt-4o-mini\"";
        Assert.Contains("# TYPE gen_ai_client_operation_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_client_operation_duration_seconds_bucket{{{Target},le=\"0.16\"}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_client_operation_duration_seconds_bucket{{{Target},le=\"0.32\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_client_operation_duration_seconds_bucket{{{Target},le=\"+Inf\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_client_operation_duration_seconds_count{{{Target}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_client_token_usage_sum{{{Target},gen_ai_token_type=\"input\"}} 100\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_client_token_usage_sum{{{Target},gen_ai_token_type=\"output\"}} 20\n", text, StringComparison.Ordinal);
        Assert.Contains($"gen_ai_server_time_to_first_token_seconds_sum{{{Target}}} 0.09\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_upstream_attempts_total{provider=\"openai\",model=\"gpt-4o-mini\",status=\"ok\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_cost_usd_total{provider=\"openai\",model=\"gpt-4o-mini\"} 0.00021435\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_cache_requests_total{result=\"miss\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_streams_active 1\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_calls_active 0\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_overhead_seconds_bucket{le=\"0.0005\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("conductor_ledger_unsettled 0\n", text, StringComparison.Ordinal);
        Assert.Contains("process_resident_memory_bytes ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Always_FollowsTheFormatsGrammar()
    {
        var call = Chat();
        Attempt(call, AttemptStatus.Failed, "upstream_timeout", hop: Hop("we\"ird\\", "mo\ndel"));
        _metrics.AttemptEnded(call, call.Attempts[0]);
        _metrics.CallStarted();
        _metrics.CallEnded(CallRecord.From(call, null, ConductorErrors.Draining(), Start, TimeSpan.FromSeconds(1)));

        var text = _exposition.Render();

        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        Assert.Contains("provider=\"we\\\"ird\\\\\",model=\"model\"", text, StringComparison.Ordinal);
        var types = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.Equal(types.Distinct(), types);
    }

    [Fact]
    public void Render_LabelWithALineBreak_IsEscaped()
    {
        _metrics.Meter.CreateCounter<long>("conductor.test").Add(1, new KeyValuePair<string, object?>("v", "a\nb"));

        Assert.Contains("conductor_test_total{v=\"a\\nb\"} 1\n", _exposition.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ModelsThatCallersInvent_FallIntoOther()
    {
        var call = Chat();
        for (var i = 0; i < 1_000; i++)
        {
            _metrics.AttemptEnded(call, Attempt(call, hop: Hop(model: $"invented-{i}")));
        }

        var lines = _exposition.Render().Split('\n').Where(line => line.StartsWith("conductor_upstream_attempts_total{", StringComparison.Ordinal)).ToList();

        Assert.InRange(lines.Count, 2, 201);
        Assert.Contains(lines, line => line.Contains("model=\"other\"", StringComparison.Ordinal) && line.EndsWith(" 800", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_InstrumentThatForgetsItsBounds_IsBoundedHere()
    {
        var counter = _metrics.Meter.CreateCounter<long>("conductor.careless");
        for (var i = 0; i < 6_000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("i", i));
        }

        var lines = _exposition.Render().Split('\n').Where(line => line.StartsWith("conductor_careless_total{", StringComparison.Ordinal)).ToList();

        Assert.Equal(5_001, lines.Count);
        Assert.Contains("conductor_careless_total{overflow=\"true\"} 1000", lines);
    }

    [Fact]
    public void Render_ObservedGauge_ForgetsWhatIsNotObservedAnyMore()
    {
        var present = new List<Measurement<int>> { new(1, new KeyValuePair<string, object?>("p", "a")), new(2, new KeyValuePair<string, object?>("p", "b")) };
        _metrics.Meter.CreateObservableGauge("conductor.providers", () => present.ToArray());
        Assert.Contains("conductor_providers{p=\"b\"} 2\n", _exposition.Render(), StringComparison.Ordinal);

        present.RemoveAt(1);

        var text = _exposition.Render();
        Assert.Contains("conductor_providers{p=\"a\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("p=\"b\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_NotANumber_IsLeftOut()
    {
        var histogram = _metrics.Meter.CreateHistogram<double>("conductor.odd");
        histogram.Record(double.NaN);
        histogram.Record(double.PositiveInfinity);
        histogram.Record(2);

        Assert.Contains("conductor_odd_sum 2\nconductor_odd_count 1\n", _exposition.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Render_WhileManyThreadsRecord_EndsAtTheExactCounts()
    {
        var call = Chat();
        var attempt = Attempt(call, usage: new TokenUsage { InputTokens = 3 });

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                _metrics.AttemptEnded(call, attempt);
                if (i % 500 == 0)
                {
                    _exposition.Render();
                }
            }
        })));

        var text = _exposition.Render();
        Assert.Contains("status=\"ok\"} 8000\n", text, StringComparison.Ordinal);
        Assert.Contains("gen_ai_token_type=\"input\"} 24000\n", text, StringComparison.Ordinal);
        Assert.Contains("gen_ai_token_type=\"input\",le=\"+Inf\"} 8000\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_AnotherHostInTheProcess_IsNotMixedIn()
    {
        using var other = new ServiceCollection().AddLogging().AddConductorTelemetry().BuildServiceProvider();
        other.GetRequiredService<ConductorMetrics>().CacheRequest(CacheResult.Hit);
        using var foreign = new Meter(ConductorMetrics.MeterName);
        foreign.CreateCounter<long>("conductor.foreign").Add(1);

        var text = _exposition.Render();

        Assert.DoesNotContain("conductor_cache_requests", text, StringComparison.Ordinal);
        Assert.DoesNotContain("conductor_foreign", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ToABuffer_IsTheSameText()
    {
        _metrics.CacheRequest(CacheResult.Hit);
        var buffer = new ArrayBufferWriter<byte>();

        _exposition.Render(buffer);

        Assert.Contains("conductor_cache_requests_total{result=\"hit\"} 1\n", Encoding.UTF8.GetString(buffer.WrittenSpan), StringComparison.Ordinal);
    }

    [GeneratedRegex("""^(# (HELP [a-zA-Z_][a-zA-Z0-9_]* [^\n]+|TYPE [a-zA-Z_][a-zA-Z0-9_]* (counter|gauge|histogram))|[a-zA-Z_][a-zA-Z0-9_]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)+\})? (\+Inf|-?[0-9.]+(E[-+][0-9]+)?))$""")]
    private static partial Regex Line();
}
