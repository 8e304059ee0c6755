using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>A plugin that does what no plugin should: the call is none the worse for it, and the plugin is kept from more of them.</summary>
public sealed class MisbehaviourTests
{
    private static readonly TimeSpan PastGrace = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blocking_BeforeItReturnsATask_NextTargetAnswers(bool isStreaming)
    {
        using var unblock = new ManualResetEventSlim();
        var blocking = new FakeProvider("a")
        {
            Answer = (_, _, _) => Blocked<Task<ChatResponse>>(unblock),
            Stream = (_, _) => Blocked<IAsyncEnumerable<ChatResponseUpdate>>(unblock),
        };
        await using var machine = TestMachine.Fast(blocking, new FakeProvider("b"));
        var call = machine.Chat(isStreaming: isStreaming);

        var sending = machine.SendAsync(call);
        await blocking.WaitForCallsAsync(1);
        await PassDeadlineAsync(machine, sending);
        var outcome = await sending.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("b", outcome.Provider);
        Assert.Equal(1, machine.Entry("a").CallsInFlight); // its code is not taken from under it

        unblock.Set();
        machine.Entry("a").Retire();
        await machine.Entry("a").Drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(true, "upstream_unreachable")] // what an SDK throws that has tried several times
    [InlineData(false, "provider_fault")] // one of the tries was its own fault
    public async Task SeveralFailuresInOne_AllOfTheUpstream_AreTheUpstreams(bool areAllTheUpstreams, string code)
    {
        Exception[] tries =
        [
            new InvalidOperationException("first try", new IOException("reset")),
            areAllTheUpstreams ? new HttpRequestException("refused") : new InvalidCastException("own"),
            new InvalidOperationException("last try", new HttpRequestException("refused")),
        ];
        await using var machine = TestMachine.Fast(new FakeProvider("a") { Answer = (_, _, _) => throw new AggregateException(tries) });

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((502, code), (error.Status, error.Code));
    }

    [Fact]
    public async Task ConnectionNotMadeInTime_IsTheUpstreamsAndNotThePlugins()
    {
        var late = new FakeProvider("a") { Answer = (_, _, _) => throw new TaskCanceledException("connect", new TimeoutException()) };
        await using var machine = TestMachine.Fast(late);

        for (var i = 0; i < 10; i++) // more than bring a provider into quarantine
        {
            var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));
            Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
        }

        Assert.False(machine.Entry("a").Quarantine.IsClosed);
    }

    [Fact]
    public async Task Blocking_WhereItsClientIsAskedFor_504()
    {
        using var unblock = new ManualResetEventSlim();
        using var asked = new ManualResetEventSlim();
        var blocking = new FakeProvider("a")
        {
            OnGetChatClient = () =>
            {
                asked.Set();
                unblock.Wait(TimeSpan.FromMinutes(1));
            },
        };
        await using var machine = TestMachine.Fast(blocking);

        var sending = machine.SendAsync(machine.Chat());
        Assert.True(asked.Wait(TimeSpan.FromSeconds(30)));
        await PassDeadlineAsync(machine, sending);

        var error = await Assert.ThrowsAsync<ConductorException>(() => sending.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
        unblock.Set();
    }

    [Fact]
    public async Task Blocking_AfterTheFirstContent_StreamEndsWithAnError()
    {
        using var unblock = new ManualResetEventSlim();
        using var blocked = new ManualResetEventSlim();
        var provider = new FakeProvider("a") { IsWatched = false, Stream = (_, _) => new BlockingStream(unblock, blocked) };
        await using var machine = TestMachine.Fast(provider);
        await using var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call).WaitAsync(TimeSpan.FromSeconds(30));
        List<string> heard = [];

        var reading = Task.Run(async () =>
        {
            await foreach (var update in outcome.Updates!)
            {
                heard.Add(update.Text);
            }
        });
        Assert.True(blocked.Wait(TimeSpan.FromSeconds(30)));
        machine.Time.Advance(new ReliabilitySettings().Idle);
        await AdvanceUntilAsync(machine, reading);

        var error = await Assert.ThrowsAsync<ConductorException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("upstream_timeout", error.Code);
        Assert.Equal(["one"], heard);
        unblock.Set();
    }

    public static TheoryData<string> Faults => ["throws", "throws later", "null", "null task", "cancels", "aggregate"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_OfThePluginsOwn_QuarantinesItAfterFive(string fault)
    {
        var bad = new FakeProvider("a") { Answer = (_, _, _) => Misbehave(fault) };
        await using var machine = TestMachine.Fast(bad, new FakeProvider("b"));

        for (var i = 0; i < 7; i++)
        {
            Assert.Equal("b", (await machine.SendAsync(machine.Chat())).Provider);
        }

        Assert.Equal(5, bad.Calls);
        Assert.Contains("quarantined", machine.Entry("a").Quarantine.Describe(), StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat("a/m")));
        Assert.Contains("quarantined", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ProviderErrorKind.ServerError)]
    [InlineData(ProviderErrorKind.Timeout)]
    [InlineData(ProviderErrorKind.Overloaded)]
    [InlineData(ProviderErrorKind.InvalidResponse)]
    public async Task Fault_OfTheUpstream_NeverQuarantines(ProviderErrorKind kind)
    {
        var bad = new FakeProvider("a").Failing(kind);
        await using var machine = TestMachine.Fast(bad, new FakeProvider("b"));

        for (var i = 0; i < 20; i++)
        {
            await machine.SendAsync(machine.Chat());
        }

        Assert.Equal(20, bad.Calls);
        Assert.False(machine.Entry("a").Quarantine.IsClosed);
    }

    [Fact]
    public async Task Fault_ConnectionErrorThatThePluginPassesOn_IsTheNetworks()
    {
        var bad = new FakeProvider("a").Failing(new HttpRequestException("refused"));
        await using var machine = TestMachine.Fast(bad);

        for (var i = 0; i < 10; i++)
        {
            var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));
            Assert.Equal((502, "upstream_unreachable"), (error.Status, error.Code));
        }
    }

    [Theory]
    [InlineData(429, 429, "rate_limit_exceeded")]
    [InlineData(401, 502, "upstream_credentials_exhausted")]
    [InlineData(500, 502, "upstream_error")]
    [InlineData(503, 503, "upstream_overloaded")]
    [InlineData(400, 400, "invalid_request")]
    [InlineData(0, 502, "provider_fault")]
    public async Task Fault_StatusInAForeignException_IsTheUpstreams(int status, int told, string code)
    {
        await using var machine = TestMachine.Fast(new FakeProvider("a").Failing(new ForeignException(status)));

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((told, code), (error.Status, error.Code));
    }

    [Fact]
    public async Task Quarantine_AfterAWhile_OneProbeLetsItOutOrKeepsItTwiceAsLong()
    {
        var isGood = false;
        var provider = new FakeProvider("a");
        provider.Answer = (_, _, _) => isGood ? Task.FromResult(Replies.Text("well again")) : throw new FormatException("bad code");
        await using var machine = TestMachine.Fast(provider, new FakeProvider("b"));
        await AskAsync(machine, 5);

        machine.Time.Advance(TimeSpan.FromSeconds(29));
        await AskAsync(machine, 1);
        Assert.Equal(5, provider.Calls);
        machine.Time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(machine, 3);
        Assert.Equal(6, provider.Calls); // the probe, and no other
        machine.Time.Advance(TimeSpan.FromSeconds(59));
        await AskAsync(machine, 1);
        Assert.Equal(6, provider.Calls);
        isGood = true;
        machine.Time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync(machine, 3);

        Assert.Equal(9, provider.Calls);
        Assert.False(machine.Entry("a").Quarantine.IsClosed);
    }

    [Fact]
    public async Task Quarantine_FaultsFarApart_DoNotAddUp()
    {
        var bad = new FakeProvider("a").Failing(new FormatException("bad code"));
        await using var machine = TestMachine.Fast(bad, new FakeProvider("b"));

        for (var i = 0; i < 12; i++)
        {
            await AskAsync(machine, 1);
            machine.Time.Advance(TimeSpan.FromSeconds(16));
        }

        Assert.Equal(12, bad.Calls);
    }

    [Fact]
    public async Task Quarantine_SwitchedOff_CountsNothing()
    {
        var settings = TestMachine.Alias("fast", "a/m", "b/m") with { Plugins = new PluginsSettings { Quarantine = new QuarantineSettings { Faults = 0 } } };
        var bad = new FakeProvider("a").Failing(new FormatException("bad code"));
        await using var machine = new TestMachine(settings, [bad, new FakeProvider("b")]);

        await AskAsync(machine, 20);

        Assert.Equal(20, bad.Calls);
    }

    [Fact]
    public async Task Cut_StreamInFlight_EndsWithAnErrorAndGivesItsLeaseBack()
    {
        var provider = new FakeProvider("a") { Stream = (_, token) => Replies.Script(token, Replies.Piece("one"), (Func<CancellationToken, Task>)(stop => Task.Delay(Timeout.Infinite, stop))) };
        await using var machine = TestMachine.Fast(provider);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);
        var reading = Task.Run(async () =>
        {
            await foreach (var update in outcome.Updates!)
            {
            }
        });

        machine.Entry("a").Retire();
        await machine.Entry("a").CutAsync();

        var error = await Assert.ThrowsAsync<ConductorException>(() => reading.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("upstream_unreachable", error.Code);
        await call.DisposeAsync();
        await machine.Entry("a").Drained.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task AskAsync(TestMachine machine, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await machine.SendAsync(machine.Chat());
        }
    }

    private static T Blocked<T>(ManualResetEventSlim unblock)
    {
        unblock.Wait(TimeSpan.FromMinutes(1));
        throw new FormatException("nobody hears this");
    }

    private static Task<ChatResponse> Misbehave(string fault) => fault switch
    {
        "throws" => throw new FormatException("bad code"),
        "throws later" => Task.FromException<ChatResponse>(new FormatException("bad code")),
        "null" => Task.FromResult<ChatResponse>(null!),
        "null task" => null!,
        "cancels" => Task.FromException<ChatResponse>(new OperationCanceledException()),
        _ => Task.FromException<ChatResponse>(new AggregateException(new FormatException("one"), new FormatException("two"))),
    };

    private static async Task PassDeadlineAsync(TestMachine machine, Task sending)
    {
        machine.Time.Advance(new ReliabilitySettings().FirstContent);
        await AdvanceUntilAsync(machine, sending);
    }

    // The grace's timer is made after the token's cancellation has come through, on another thread: the clock is moved until it has fired.
    private static async Task AdvanceUntilAsync(TestMachine machine, Task done)
    {
        for (var i = 0; i < 25 && !done.IsCompleted; i++)
        {
            machine.Time.Advance(PastGrace);
            await Task.WhenAny(done, Task.Delay(50));
        }
    }

    /// <summary>What an SDK throws that Conductor knows nothing of.</summary>
    private sealed class ForeignException(int status) : Exception("the SDK's own words")
    {
        public int Status { get; } = status;
    }

    /// <summary>One update, and then a thread that is never given back.</summary>
    private sealed class BlockingStream(ManualResetEventSlim unblock, ManualResetEventSlim blocked) : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
    {
        private int _moves;

        public ChatResponseUpdate Current => new(ChatRole.Assistant, "one");

        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync()
        {
            if (_moves++ > 0)
            {
                blocked.Set();
                unblock.Wait(TimeSpan.FromMinutes(1));
            }

            return ValueTask.FromResult(_moves == 1);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
