using System.Text;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Errors;
using Conductor.Hooks;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Hooks;

/// <summary>What a plugin's hook may do to a call, and what becomes of the call when the hook goes wrong.</summary>
public sealed class CallHookTests
{
    [Fact]
    public async Task Before_ChangedText_IsWhatTheModelSees_AndTheCallersObjectsStay()
    {
        var provider = new FakeProvider("p");
        var hook = new FakeHook { Before = (prompt, _) => Set(prompt, text => text.ToUpperInvariant()) };
        await using var machine = Machine([provider], hook);
        var call = machine.Chat(text: "hello");
        var mine = call.Request.Messages[0];

        await machine.SendAsync(call);

        Assert.Equal("HELLO", provider.Asked.Messages[0].Text);
        Assert.Equal("hello", mine.Text);
        Assert.Equal(["User:hello"], hook.Seen);
    }

    [Fact]
    public async Task Before_Block_400ContentFilterAndNobodyAsked()
    {
        var provider = new FakeProvider("p");
        await using var machine = Machine([provider], new FakeHook { Before = (_, _) => new(HookVerdict.Block("Not that.")) });
        var call = machine.Chat();

        var told = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal((400, "content_filter", "Not that."), (told.Status, told.Code, told.Message));
        Assert.Equal(0, provider.Calls);
        Assert.Empty(await machine.RowsAsync(call));
    }

    [Fact]
    public async Task Hooks_RunInTheirOrder_BothWays()
    {
        var provider = new FakeProvider("p");
        var later = Marking("b", order: 2);
        var first = Marking("z", order: 1);
        await using var machine = Machine([provider], later, first);

        var outcome = await machine.SendAsync(machine.Chat(text: "q"));

        Assert.Equal("q<z<b", provider.Asked.Messages[0].Text);
        Assert.Equal("from p>z>b", outcome.Response!.Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RawCall_GoesTypedUnderAHookOnly(bool hasHook)
    {
        var provider = new FakeProvider("p") { Transport = FakeTransport.Saying("raw|usage:1,2") };
        await using var machine = Machine([provider], hasHook ? [new FakeHook()] : []);

        var outcome = await machine.SendAsync(machine.Raw("model=fast;text=hi"));

        Assert.Equal(hasHook ? 0 : 1, provider.Transport!.Calls);
        Assert.Equal(hasHook, outcome.ResponseBytes is null);
        Assert.Equal(hasHook, machine.Snapshot.HookPlan is not null);
    }

    [Fact]
    public async Task Chunk_ChangedAndKeptBack_ComesOutWhole()
    {
        var kept = new StringBuilder();
        var hook = new FakeHook
        {
            Chunk = (chunk, _) =>
            {
                kept.Append(chunk.Text);
                chunk.Text = chunk.IsLast ? kept.ToString().ToUpperInvariant() : ""; // all at the end
                return new(HookVerdict.Pass);
            },
        };
        var provider = new FakeProvider("p") { Stream = (_, token) => Replies.Stream(token, Replies.Piece("one "), Replies.Piece("two"), Replies.Finish()) };
        await using var machine = Machine([provider], hook);

        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));
        var updates = await outcome.Updates!.ToListAsync();

        Assert.Equal("ONE TWO", string.Concat(updates.Select(update => update.Text)));
        Assert.NotNull(updates[^1].FinishReason);
        Assert.Equal("ONE TWO", updates[^1].Text); // before its end is told
    }

    [Fact]
    public async Task Chunk_Block_EndsTheStreamAndTheUpstream()
    {
        var hook = new FakeHook { Chunk = (chunk, _) => new(chunk.Text.Contains("two", StringComparison.Ordinal) ? HookVerdict.Block("Enough.") : HookVerdict.Pass) };
        var provider = new FakeProvider("p") { Stream = (_, token) => Replies.Stream(token, Replies.Piece("one "), Replies.Piece("two"), Replies.Piece("three"), Replies.Finish()) };
        await using var machine = Machine([provider], hook);
        var call = machine.Chat(isStreaming: true);
        var outcome = await machine.SendAsync(call);
        var seen = new StringBuilder();

        var told = await Assert.ThrowsAsync<ConductorException>(async () =>
        {
            await foreach (var update in outcome.Updates!)
            {
                seen.Append(update.Text);
            }
        });
        await call.DisposeAsync();

        Assert.Equal((400, "content_filter", "Enough."), (told.Status, told.Code, told.Message));
        Assert.Equal("one ", seen.ToString());
        Assert.Equal(provider.StreamsOpened, provider.StreamsDisposed);
        Assert.Single(await machine.RowsAsync(call)); // it was used, and is paid for
        machine.AssertIdle();
    }

    [Fact]
    public async Task After_BlockOfAWholeAnswer_400()
    {
        var provider = new FakeProvider("p");
        await using var machine = Machine([provider], new FakeHook { Chunk = (_, _) => new(HookVerdict.Pass), After = () => HookVerdict.Block("No.") });

        var told = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()));

        Assert.Equal((400, "content_filter"), (told.Status, told.Code));
    }

    [Theory]
    [InlineData("throws", HookFailureRule.Refuse, 502, "hook_fault")]
    [InlineData("throws", HookFailureRule.Allow, 0, "")]
    [InlineData("null", HookFailureRule.Refuse, 502, "hook_fault")]
    [InlineData("missing", HookFailureRule.Refuse, 503, "hook_missing")]
    [InlineData("missing", HookFailureRule.Allow, 0, "")]
    public async Task Failure_AsConfigured(string fault, HookFailureRule rule, int status, string code)
    {
        var provider = new FakeProvider("p");
        var hook = new FakeHook { Before = (_, _) => fault == "throws" ? throw new InvalidOperationException("secret words") : new(default(HookVerdict)!) };
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "p/m") with { Hooks = new Dictionary<string, HookSettings> { ["guard"] = new() { OnFailure = rule } } }, [provider], hooks: fault == "missing" ? [] : [hook]);

        var failure = await Record.ExceptionAsync(() => machine.SendAsync(machine.Chat()));

        Assert.Equal(status == 0 ? 1 : 0, provider.Calls);
        Assert.Equal((status, code), failure is ConductorException told ? (told.Status, told.Code) : (0, ""));
        Assert.DoesNotContain("secret words", failure?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hang_GivenUpAfterItsTime_AndQuarantinedAfterSome()
    {
        var provider = new FakeProvider("p");
        var asked = new SemaphoreSlim(0);
        var never = new TaskCompletionSource();
        var hook = new FakeHook
        {
            Before = async (_, _) =>
            {
                asked.Release();
                await never.Task;
                return HookVerdict.Pass;
            },
        };
        var settings = TestMachine.Alias("fast", "p/m") with { Plugins = new PluginsSettings { Quarantine = new QuarantineSettings { Faults = 2 } } };
        await using var machine = new TestMachine(settings, [provider], hooks: [hook]);

        for (var i = 0; i < 2; i++)
        {
            var sending = machine.SendAsync(machine.Chat());
            await asked.WaitAsync(TimeSpan.FromSeconds(30));
            while (!sending.IsCompleted)
            {
                machine.Time.Advance(TimeSpan.FromSeconds(2));
                await Task.Yield();
            }

            Assert.Equal((502, "hook_fault"), Told(await Assert.ThrowsAsync<ConductorException>(() => sending)));
        }

        Assert.Equal((503, "hook_quarantined"), Told(await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat()))));
        Assert.Equal(2, machine.Snapshot.Hooks[0].CallsInFlight); // their code has not come back
        never.SetResult();
        await Eventually(() => machine.Snapshot.Hooks[0].CallsInFlight == 0);
        Assert.Equal(0, provider.Calls);
    }

    [Fact]
    public async Task Failure_InTheMiddleOfAnAnswerThatItChanged_IsToldAlsoWhereItMayFail()
    {
        var hook = new FakeHook
        {
            Chunk = (chunk, _) =>
            {
                chunk.Text = chunk.Text == "one" ? "" : throw new InvalidOperationException();
                return new(HookVerdict.Pass);
            },
        };
        var provider = new FakeProvider("p") { Stream = (_, token) => Replies.Stream(token, Replies.Piece("one"), Replies.Piece("two"), Replies.Finish()) };
        var settings = TestMachine.Alias("fast", "p/m") with { Hooks = new Dictionary<string, HookSettings> { ["guard"] = new() { OnFailure = HookFailureRule.Allow } } };
        await using var machine = new TestMachine(settings, [provider], hooks: [hook]);
        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));

        var told = await Assert.ThrowsAsync<ConductorException>(async () => await outcome.Updates!.ToListAsync());

        Assert.Equal((502, "hook_fault"), Told(told)); // what it kept back would be missing
    }

    [Fact]
    public async Task Lease_OfAnAnswer_LastsUntilTheCallIsOver()
    {
        await using var machine = Machine([new FakeProvider("p")], new FakeHook { Chunk = (_, _) => new(HookVerdict.Pass) });
        var call = machine.Chat(isStreaming: true);
        await machine.SendAsync(call);

        Assert.Equal(1, machine.Snapshot.Hooks[0].CallsInFlight);
        await call.DisposeAsync();
        Assert.Equal(0, machine.Snapshot.Hooks[0].CallsInFlight);
    }

    [Fact]
    public async Task Operation_PromptAndResult_GoThrough()
    {
        var provider = new FakeProvider("p") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"said"}""")) };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "p/m"), [provider], [new FakeOperation()], hooks: [Marking("z", 0)]);

        var outcome = await machine.SendAsync(machine.Operation("asked"));

        Assert.Contains(provider.Asked.Messages, message => message.Text.Contains("asked<z", StringComparison.Ordinal));
        Assert.Equal("""{"echo":"said>z"}""", Encoding.UTF8.GetString(outcome.Result.Span));
    }

    private static TestMachine Machine(IReadOnlyList<FakeProvider> providers, params FakeHook[] hooks) => new(TestMachine.Alias("fast", [.. providers.Select(provider => $"{provider.Name}/m")]), providers, hooks: hooks);

    private static FakeHook Marking(string name, int order) => new(name, order)
    {
        Before = (prompt, _) => Set(prompt, text => $"{text}<{name}"),
        Chunk = (chunk, _) =>
        {
            chunk.Text += chunk.IsLast ? $">{name}" : "";
            return new(HookVerdict.Pass);
        },
    };

    private static ValueTask<HookVerdict> Set(HookPrompt prompt, Func<string, string> change)
    {
        foreach (var text in prompt.Texts)
        {
            text.Text = change(text.Text);
        }

        return new(HookVerdict.Pass);
    }

    private static (int, string) Told(ConductorException told) => (told.Status, told.Code);

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
