using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Telemetry;
using static Conductor.Core.Tests.Telemetry.TestCalls;

namespace Conductor.Core.Tests.Telemetry;

public sealed class CallRecordTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromMilliseconds(350);

    [Fact]
    public void From_FallbackThatAnswered_SumsAllAttemptsAndNamesTheLast()
    {
        var call = Chat();
        Attempt(call, AttemptStatus.Failed, "upstream_timeout", new TokenUsage { InputTokens = 10 }, 1_000, CostStatus.Estimated, milliseconds: 200, hop: Hop("first", "m1"));
        var second = Attempt(call, usage: new TokenUsage { InputTokens = 10, OutputTokens = 5 }, nanoUsd: 2_500, milliseconds: 100);

        var record = CallRecord.From(call, Outcome(second), null, Start, Duration);

        Assert.Equal(("openai", "gpt-4o-mini", CallStatus.Ok, 2), (record.Provider, record.BackendModel, record.Status, record.Attempts));
        Assert.Equal(new TokenUsage { InputTokens = 20, OutputTokens = 5 }, record.Usage);
        Assert.Equal(new NanoUsd(3_500), record.Cost);
        Assert.Equal(CostStatus.Estimated, record.CostStatus);
        Assert.Equal(TimeSpan.FromMilliseconds(50), record.Overhead);
        Assert.Equal(Start + Duration, record.End);
        Assert.Null(record.ErrorCode);
    }

    [Fact]
    public void From_OneAttemptOfUnknownPrice_HasNoCost()
    {
        var call = Chat();
        Attempt(call, AttemptStatus.Failed, nanoUsd: 700);
        var last = Attempt(call, nanoUsd: null, costStatus: CostStatus.Unknown);

        var record = CallRecord.From(call, Outcome(last), null, Start, Duration);

        Assert.Null(record.Cost);
        Assert.Equal(CostStatus.Unknown, record.CostStatus);
    }

    [Fact]
    public void From_CacheHit_TookNothingAndCostNothing()
    {
        var call = Chat();
        call.IsCacheHit = true;
        var outcome = Outcome(null);
        outcome.Usage = new TokenUsage { InputTokens = 500 }; // what the original took

        var record = CallRecord.From(call, outcome, null, Start, Duration);

        Assert.True(record.IsCacheHit);
        Assert.Equal(CallStatus.Ok, record.Status);
        Assert.Equal(TokenUsage.None, record.Usage);
        Assert.Equal((NanoUsd.Zero, CostStatus.Released), (record.Cost, record.CostStatus));
        Assert.Equal(Duration, record.Overhead);
    }

    [Fact]
    public void From_Error_HasItsCodeAndStatus()
    {
        var call = Chat("nope");

        var record = CallRecord.From(call, null, ConductorErrors.ModelNotFound("nope", null), Start, Duration);

        Assert.Equal((CallStatus.Error, "model_not_found", 404), (record.Status, record.ErrorCode, record.HttpStatus));
        Assert.Equal((null, null, 0), (record.Provider, record.BackendModel, record.Attempts));
    }

    [Fact]
    public void From_NeitherOutcomeNorError_IsACallerWhoLeft()
    {
        var record = CallRecord.From(Chat(), null, null, Start, Duration);

        Assert.Equal((CallStatus.Cancelled, (string?)null, 499), (record.Status, record.ErrorCode, record.HttpStatus));
    }

    [Theory]
    [InlineData(AttemptStatus.Failed, "upstream_unreachable", CallStatus.Error, "upstream_unreachable")]
    [InlineData(AttemptStatus.Cancelled, null, CallStatus.Cancelled, null)]
    [InlineData(AttemptStatus.Succeeded, null, CallStatus.Ok, null)]
    public void From_StreamThatBegan_EndsAsItsAttemptDid(AttemptStatus status, string? code, CallStatus expected, string? expectedCode)
    {
        var call = Chat();
        var attempt = Attempt(call, status, code);

        var record = CallRecord.From(call, Outcome(attempt), null, Start, Duration);

        Assert.Equal((expected, expectedCode), (record.Status, record.ErrorCode));
    }

    [Fact]
    public void From_ValuesOfTheCaller_LoseWhatCouldForgeALine()
    {
        var context = new CallContext
        {
            RequestId = "req\r\n{\"level\":\"error\"}",
            TenantId = "ac\u001b[31mme",
            Metadata = new Dictionary<string, string> { ["a\nb"] = "c\u2028d\u202Ee", ["long"] = new string('x', 5_000) },
        };

        var record = CallRecord.From(Chat("m\u0000\ud800odel", context), null, null, Start, Duration);

        Assert.Equal("req{\"level\":\"error\"}", record.RequestId);
        Assert.Equal("ac[31mme", record.Tenant);
        Assert.Equal("model", record.Model);
        Assert.Equal("cde", record.Metadata["ab"]);
        Assert.Equal(256, record.Metadata["long"].Length);
    }

    [Fact]
    public void From_ManyTags_KeepsSixteen()
    {
        var tags = Enumerable.Range(0, 1_000).ToDictionary(i => $"k{i}", i => "v");

        var record = CallRecord.From(Chat(context: new CallContext { RequestId = "r", Metadata = tags }), null, null, Start, Duration);

        Assert.Equal(16, record.Metadata.Count);
    }
}
