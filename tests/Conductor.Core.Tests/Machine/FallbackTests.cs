using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

public sealed class FallbackTests
{
    [Theory]
    [InlineData(ProviderErrorKind.Credentials)]
    [InlineData(ProviderErrorKind.ModelNotFound)]
    [InlineData(ProviderErrorKind.RateLimited)]
    [InlineData(ProviderErrorKind.QuotaExhausted)]
    [InlineData(ProviderErrorKind.Overloaded)]
    [InlineData(ProviderErrorKind.Timeout)]
    [InlineData(ProviderErrorKind.Network)]
    [InlineData(ProviderErrorKind.InvalidResponse)]
    [InlineData(ProviderErrorKind.ServerError)]
    [InlineData(ProviderErrorKind.Unsupported)]
    [InlineData(ProviderErrorKind.PluginFault)]
    public async Task Fallback_TargetsOwnFailure_NextTargetAnswersAndBothAreBooked(ProviderErrorKind kind)
    {
        var (a, b) = (new FakeProvider("a").Failing(kind), new FakeProvider("b"));
        await using var machine = TestMachine.Fast(a, b);
        var call = machine.Chat();

        var outcome = await machine.SendAsync(call);
        await call.DisposeAsync();

        Assert.Equal("b", outcome.Provider);
        Assert.Equal("from b", outcome.Response!.Text);
        var rows = await machine.RowsAsync(call);
        Assert.Collection(
            rows,
            first =>
            {
                Assert.Equal(("a", 1), (first.Provider, first.Attempt));
                // Nothing is owed to a target that refused; one that was asked and of which nothing came may have worked.
                var hasWorked = kind is ProviderErrorKind.Timeout or ProviderErrorKind.Network or ProviderErrorKind.InvalidResponse or ProviderErrorKind.PluginFault;
                Assert.Equal((AttemptStatus.Failed, hasWorked ? CostStatus.Estimated : CostStatus.Released), (first.Status, first.CostStatus));
                Assert.Equal(hasWorked ? 0.000_009m : 0m, first.Cost?.ToUsd());
                Assert.Equal(ConductorErrors.FromProvider(new ProviderException(kind, ""), "a").Code, first.ErrorCode);
            },
            second =>
            {
                Assert.Equal(("b", 2), (second.Provider, second.Attempt));
                Assert.Equal((AttemptStatus.Succeeded, CostStatus.Settled), (second.Status, second.CostStatus));
                Assert.Equal(0.000_013m, second.Cost?.ToUsd());
            });
        Assert.Equal(1, machine.Entry("a").Statistics.Failures);
        machine.AssertIdle();
    }

    [Theory]
    [InlineData(ProviderErrorKind.InvalidRequest, 400, "invalid_request")]
    [InlineData(ProviderErrorKind.ContextLengthExceeded, 400, "context_length_exceeded")]
    [InlineData(ProviderErrorKind.ContentFilter, 400, "content_filter")]
    public async Task Fallback_RequestItselfIsWrong_NoSecondTarget(ProviderErrorKind kind, int status, string code)
    {
        var (a, b) = (new FakeProvider("a").Failing(kind), new FakeProvider("b"));
        await using var machine = TestMachine.Fast(a, b);
        var call = machine.Chat();

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((status, code), (error.Status, error.Code));
        Assert.Equal(0, b.Calls);
        Assert.Single(await machine.RowsAsync(call));
    }

    [Fact]
    public void Fallback_EveryKind_IsDecided()
    {
        var tested = typeof(FallbackTests).GetMethods().SelectMany(method => method.GetCustomAttributesData())
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .Select(attribute => ((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!)[0])
            .Where(argument => argument.ArgumentType == typeof(ProviderErrorKind))
            .Select(argument => (ProviderErrorKind)argument.Value!);

        Assert.Equal(Enum.GetValues<ProviderErrorKind>().Order(), tested.Distinct().Order());
    }

    [Fact]
    public async Task Fallback_AllFailDifferently_AllTargetsFailed()
    {
        var (a, b) = (new FakeProvider("a").Failing(new ProviderException(ProviderErrorKind.Network, "no connection") { IsUnsent = true }), new FakeProvider("b").Failing(ProviderErrorKind.ServerError));
        await using var machine = TestMachine.Fast(a, b);
        var call = machine.Chat();

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((502, "all_targets_failed"), (error.Status, error.Code));
        Assert.All(await machine.RowsAsync(call), row => Assert.Equal((AttemptStatus.Failed, CostStatus.Released), (row.Status, row.CostStatus)));
    }

    [Fact]
    public async Task Fallback_AllRateLimited_429WithRetryAfter()
    {
        var limited = new ProviderException(ProviderErrorKind.RateLimited, "slow down") { RetryAfter = TimeSpan.FromSeconds(7) };
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(limited), new FakeProvider("b").Failing(limited));

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((429, "rate_limit_exceeded", TimeSpan.FromSeconds(7)), (error.Status, error.Code, error.RetryAfter));
    }

    [Fact]
    public async Task Fallback_AllRateLimitedOnlyFirstSaysHowLong_CallerHearsIt()
    {
        var first = new ProviderException(ProviderErrorKind.RateLimited, "slow down") { RetryAfter = TimeSpan.FromSeconds(7) };
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(first), new FakeProvider("b").Failing(ProviderErrorKind.RateLimited));

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((429, TimeSpan.FromSeconds(7)), (error.Status, error.RetryAfter));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(7, 3)]
    [InlineData(int.MaxValue, 3)]
    [InlineData(-5, 1)]
    public async Task Fallback_MaxRetries_BoundsAttemptsAndNeverExceedsSettings(int retries, int attempts)
    {
        FakeProvider[] providers = [.. Enumerable.Range(0, 5).Select(i => new FakeProvider($"p{i}").Failing(ProviderErrorKind.ServerError))];
        var settings = TestMachine.Alias("fast", [.. providers.Select(provider => $"{provider.Name}/m")]) with { Reliability = new ReliabilitySettings { MaxAttempts = 3 } };
        await using var machine = new TestMachine(settings, providers);

        await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat(options: new CallOptions { MaxRetries = retries })));

        Assert.Equal(attempts, providers.Sum(provider => provider.Calls));
    }

    [Fact]
    public async Task Fallback_PluginThrowsItsOwnException_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Answer = (_, _, _) => Task.FromException<Microsoft.Extensions.AI.ChatResponse>(new FormatException("secret text")));

    [Fact]
    public async Task Fallback_PluginThrowsSynchronously_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Answer = (_, _, _) => throw new FormatException("secret text"));

    [Fact]
    public async Task Fallback_PluginReturnsNull_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Answer = (_, _, _) => Task.FromResult<Microsoft.Extensions.AI.ChatResponse>(null!));

    [Fact]
    public async Task Fallback_PluginReturnsNullTask_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Answer = (_, _, _) => null!);

    [Fact]
    public async Task Fallback_PluginCancelsUnasked_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Answer = (_, _, _) => Task.FromCanceled<Microsoft.Extensions.AI.ChatResponse>(new CancellationToken(canceled: true)));

    [Fact]
    public async Task Fallback_ClientCannotBeMade_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.OnGetChatClient = () => throw new FormatException("secret text"));

    [Fact]
    public async Task Fallback_StreamCannotBeMade_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Stream = (_, _) => throw new FormatException("secret text"), isStreaming: true);

    [Fact]
    public async Task Fallback_StreamIsNull_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Stream = (_, _) => null!, isStreaming: true);

    [Fact]
    public async Task Fallback_StreamHoldsNull_ProviderFaultThenNextTarget() =>
        await MovesOnFromFault(provider => provider.Stream = (_, token) => Replies.Script(token, [null!]), isStreaming: true);

    [Fact]
    public async Task Fallback_SupportsThrows_ProviderFaultThenNextTarget()
    {
        var a = new FakeProvider("a") { Transport = new FakeTransport((_, _) => throw new InvalidOperationException()) { Speaks = _ => throw new FormatException() } };
        await using var machine = TestMachine.Fast(a, new FakeProvider("b"));
        var call = machine.Raw("text=hi");

        var outcome = await machine.SendAsync(call);

        Assert.Equal("b", outcome.Provider);
        Assert.Equal("provider_fault", (await machine.RowsAsync(call))[0].ErrorCode);
    }

    [Fact]
    public async Task Fallback_FirstContentTooLate_NextTarget()
    {
        var a = new FakeProvider("a") { Answer = (_, _, token) => Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token) };
        await using var machine = TestMachine.Fast(a, new FakeProvider("b"));
        var call = machine.Chat();

        var sent = machine.SendAsync(call);
        machine.Time.Advance(TimeSpan.FromSeconds(30));
        var outcome = await sent.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("b", outcome.Provider);
        var rows = await machine.RowsAsync(call);
        Assert.Equal(("upstream_timeout", TimeSpan.FromSeconds(30)), (rows[0].ErrorCode, rows[0].Duration));
    }

    [Fact]
    public async Task Fallback_SeveralSlowTargets_WholeCallEndsAtItsDeadline()
    {
        FakeProvider[] providers = [.. Enumerable.Range(0, 4).Select(i => new FakeProvider($"p{i}")
        {
            Answer = (_, _, token) => Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token),
        })];
        await using var machine = TestMachine.Fast(providers);
        var call = machine.Chat();

        var sent = machine.SendAsync(call);
        await providers[0].WaitForCallsAsync(1);
        machine.Time.Advance(TimeSpan.FromSeconds(30));
        await Eventually(() => providers[1].Calls == 1);
        machine.Time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<ConductorException>(() => sent.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal([1, 1, 0, 0], providers.Select(provider => provider.Calls));
        Assert.Equal("all_targets_failed", error.Code);
        Assert.Equal(TimeSpan.FromSeconds(60), call.Timings.Total);
    }

    [Fact]
    public async Task Fallback_CallersTimeoutIsShorter_Wins()
    {
        var a = new FakeProvider("a") { Answer = (_, _, token) => Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token) };
        var b = new FakeProvider("b");
        await using var machine = TestMachine.Fast(a, b);

        var sent = machine.SendAsync(machine.Chat(options: new CallOptions { Timeout = TimeSpan.FromSeconds(2) }));
        machine.Time.Advance(TimeSpan.FromSeconds(2));

        var error = await Assert.ThrowsAsync<ConductorException>(() => sent.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
        Assert.Equal(0, b.Calls);
    }

    [Fact]
    public async Task Fallback_CallerLeaves_NothingElseTriedAndRowCancelled()
    {
        using var leaves = new CancellationTokenSource();
        var a = new FakeProvider("a") { Answer = (_, _, token) => Replies.Never<Microsoft.Extensions.AI.ChatResponse>(token) };
        var b = new FakeProvider("b");
        await using var machine = TestMachine.Fast(a, b);
        var call = machine.Chat();

        var sent = machine.SendAsync(call, leaves.Token);
        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent.WaitAsync(TimeSpan.FromSeconds(30)));
        await call.DisposeAsync();
        Assert.Equal(0, b.Calls);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Cancelled, "cancelled"), (row.Status, row.ErrorCode));
        Assert.Equal((0, 1), (machine.Totals.Failures, machine.Totals.Cancelled));
        Assert.Equal(0, machine.Entry("a").Statistics.Failures);
        machine.AssertIdle();
    }

    [Fact]
    public async Task Fallback_CallerLeavesWhilePluginFailsItsOwnWay_StillCancelled()
    {
        using var leaves = new CancellationTokenSource();
        var a = new FakeProvider("a")
        {
            Answer = async (_, _, _) =>
            {
                await leaves.CancelAsync();
                throw new ProviderException(ProviderErrorKind.Network, "socket closed");
            },
        };
        var b = new FakeProvider("b");
        await using var machine = TestMachine.Fast(a, b);
        var call = machine.Chat();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.SendAsync(call, leaves.Token));

        await call.DisposeAsync();
        Assert.Equal(0, b.Calls);
        Assert.Equal((0, 1), (machine.Totals.Failures, machine.Totals.Cancelled));
    }

    [Fact]
    public async Task Fallback_ProviderJustTakenAway_NextTarget()
    {
        var (a, b) = (new FakeProvider("a"), new FakeProvider("b"));
        await using var machine = TestMachine.Fast(a, b);
        machine.Entry("a").Retire();

        var outcome = await machine.SendAsync(machine.Chat());

        Assert.Equal(("b", 0), (outcome.Provider, a.Calls));
    }

    [Fact]
    public async Task Fallback_NoTimeLimitNamed_SettingsDeadlineHolds()
    {
        var a = new FakeProvider("a");
        await using var machine = TestMachine.Fast(a);

        var outcome = await machine.SendAsync(machine.Chat(options: new CallOptions { Timeout = Timeout.InfiniteTimeSpan }));

        Assert.Equal("a", outcome.Provider);
    }

    [Fact]
    public async Task Fallback_RequestCannotBeRead_CallersErrorAndNoMarkAgainstTheProvider()
    {
        var (a, b) = (new FakeProvider("a"), new FakeProvider("b"));
        await using var machine = TestMachine.Fast(a, b);

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => machine.SendAsync(machine.Raw("nothing=1")));

        Assert.Equal("text", error.Param);
        Assert.Equal((0, 0), (a.Calls, b.Calls));
        Assert.Equal(0, machine.Entry("a").Statistics.Failures);
    }

    [Fact]
    public async Task Fallback_SecondTargetGetsOwnModelName()
    {
        var (a, b) = (new FakeProvider("a", "m").Failing(ProviderErrorKind.Network), new FakeProvider("b", "other"));
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m", "b/other"), [a, b]);

        await machine.SendAsync(machine.Chat());

        Assert.Equal("m", a.Asked.Options.ModelId);
        Assert.Equal("other", b.Asked.Options.ModelId);
    }

    internal static async Task Eventually(Func<bool> isTrue)
    {
        // Other threads have to get there, in real time: the machine's clock stands still here, and this bound only ends a test that would hang.
        var until = DateTime.UtcNow.AddSeconds(30);
        while (!isTrue())
        {
            Assert.True(DateTime.UtcNow < until, "It did not come to pass within 30 s.");
            await Task.Yield();
        }
    }

    private static async Task MovesOnFromFault(Action<FakeProvider> script, bool isStreaming = false)
    {
        var a = new FakeProvider("a");
        script(a);
        await using var machine = TestMachine.Fast(a, new FakeProvider("b"));
        var call = machine.Chat(isStreaming: isStreaming);

        var outcome = await machine.SendAsync(call);
        await call.DisposeAsync();

        Assert.Equal("b", outcome.Provider);
        var rows = await machine.RowsAsync(call);
        Assert.Equal(2, rows.Count);
        Assert.Equal((AttemptStatus.Failed, "provider_fault"), (rows[0].Status, rows[0].ErrorCode));
        machine.AssertIdle();
    }
}
