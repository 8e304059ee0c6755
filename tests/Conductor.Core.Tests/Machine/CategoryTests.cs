using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Telemetry;

namespace Conductor.Core.Tests.Machine;

public sealed class CategoryTests
{
    /// <summary>The table of docs/http.md, a row each.</summary>
    public static TheoryData<ProviderErrorKind, string, string> Table => new()
    {
        { ProviderErrorKind.Network, "network", "upstream_unreachable" },
        { ProviderErrorKind.Timeout, "network", "upstream_timeout" },
        { ProviderErrorKind.InvalidResponse, "parsing", "upstream_invalid_response" },
        { ProviderErrorKind.ModelNotFound, "model", "model_not_found" },
        { ProviderErrorKind.ContextLengthExceeded, "model", "context_length_exceeded" },
        { ProviderErrorKind.ContentFilter, "model", "content_filter" },
        { ProviderErrorKind.Unsupported, "model", "unsupported_parameter" },
        { ProviderErrorKind.InvalidRequest, "provider", "invalid_request" },
        { ProviderErrorKind.Credentials, "provider", "upstream_credentials_exhausted" },
        { ProviderErrorKind.RateLimited, "provider", "rate_limit_exceeded" },
        { ProviderErrorKind.QuotaExhausted, "provider", "upstream_quota_exhausted" },
        { ProviderErrorKind.Overloaded, "provider", "upstream_overloaded" },
        { ProviderErrorKind.ServerError, "provider", "upstream_error" },
        { ProviderErrorKind.PluginFault, "provider", "provider_fault" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Failure_OfEveryKind_CategoryInErrorAttemptAndRecord(ProviderErrorKind kind, string category, string code)
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(kind));
        var call = machine.Chat();

        var error = await Assert.ThrowsAnyAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((code, category), (error.Code, error.Category));
        var attempt = Assert.Single(call.Attempts);
        Assert.Equal((code, category), (attempt.ErrorCode, attempt.ErrorCategory));
        var record = CallRecord.From(call, null, error, default, default);
        Assert.Equal((CallStatus.Error, category), (record.Status, record.ErrorCategory));
    }

    [Fact]
    public void Table_HasEveryKind() => Assert.Equal(Enum.GetValues<ProviderErrorKind>().Order(), Table.Select(row => (ProviderErrorKind)row[0]).Order());

    [Fact]
    public async Task Failure_OfSeveralTargets_TheLastOnes()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(ProviderErrorKind.ServerError), new FakeProvider("b").Failing(ProviderErrorKind.Network));

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal(("all_targets_failed", "network"), (error.Code, error.Category));
    }

    [Fact]
    public async Task Failure_AfterContent_CategoryInTheRecord()
    {
        var a = new FakeProvider("a") { Stream = (_, token) => Replies.Script(token, Replies.Piece("hel"), new ProviderException(ProviderErrorKind.Network, "reset")) };
        await using var machine = TestMachine.Fast(a);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);

        var error = await Assert.ThrowsAsync<ConductorException>(async () => await outcome.Updates!.ToListAsync());

        Assert.Equal("network", error.Category);
        Assert.Equal("network", CallRecord.From(call, outcome, call.StreamFailure, default, default).ErrorCategory);
    }

    [Fact]
    public void Failure_OfNoTarget_None()
    {
        Assert.Null(ConductorErrors.ModelNotFound("m", null).Category);
        Assert.Null(ConductorErrors.QueueFull(1, "", TimeSpan.FromSeconds(1)).Category);
        Assert.Null(ConductorErrors.OperationFault("o", "x").Category);
    }
}
