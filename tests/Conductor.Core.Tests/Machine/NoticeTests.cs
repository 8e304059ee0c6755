using System.Buffers;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

public sealed class NoticeTests
{
    [Fact]
    public async Task Engine_Notices_InTheOutcomeAndTheResponse()
    {
        await using var machine = WithEngine("Only half was read.", "A guess.");
        var call = machine.Operation();

        var outcome = await machine.SendAsync(call);

        Assert.Equal(["Only half was read.", "A guess."], outcome.Notices);
        var response = new ArrayBufferWriter<byte>();
        OperationResponseWriter.Write(response, call, outcome);
        var notices = JsonElement.Parse(response.WrittenSpan).GetProperty("metadata").GetProperty("notices");
        Assert.Equal(["Only half was read.", "A guess."], notices.EnumerateArray().Select(notice => notice.GetString()));
    }

    [Fact]
    public async Task Engine_MoreAndLongerThanIsTold_CutAndClean()
    {
        string[] notices = ["", "two\r\nlines\u202e", new string('x', 499) + "🙂", .. Enumerable.Range(0, 100).Select(i => $"{i}"), null!];
        await using var machine = WithEngine(notices);

        var outcome = await machine.SendAsync(machine.Operation());

        Assert.Equal(20, outcome.Notices.Count);
        Assert.Equal(["twolines", new string('x', 499), "0"], outcome.Notices.Take(3)); // no half of a pair
    }

    [Fact]
    public async Task Engine_NoticesThatThrow_ProviderFaultAndTheNextTarget()
    {
        var engine = new FakeEngine("echo", "engine", (_, _) => Task.FromResult(
            new OperationEngineResult("""{"echo":"x"}"""u8.ToArray(), TokenUsage.None) { Notices = new Thrower() }));
        var b = new FakeProvider("b") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"b"}""")) };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "e/engine", "b/m"), [RoutingTests.Native("e", engine), b], [new FakeOperation()]);
        var call = machine.Operation();

        var outcome = await machine.SendAsync(call);

        Assert.Equal(("b", "provider_fault"), (outcome.Provider, call.Attempts[0].ErrorCode));
        Assert.Empty(outcome.Notices);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prompt_Notices_OfTheAcceptedReplyOnly(bool isStructured)
    {
        var operation = new FakeOperation(isStructured: isStructured);
        operation.OnRead = reply =>
        {
            reply.Notices.Add($"about {reply.Text}");
            return reply.Text.Contains("bad", StringComparison.Ordinal) ? throw new OperationReplyException("no") : """{"echo":"x"}"""u8.ToArray();
        };
        var answers = new Queue<string>(["""{"echo":"bad"}""", """{"echo":"good"}"""]);
        Func<FakeProvider, FakeProvider> answering = provider => provider.With(p => p.Answer = (_, _, _) => Task.FromResult(Replies.Text(answers.Dequeue())));
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "a/m", "b/m"), [answering(new FakeProvider("a")), answering(new FakeProvider("b"))], [operation]);

        var outcome = await machine.SendAsync(machine.Operation());

        Assert.Equal(["""about {"echo":"good"}"""], outcome.Notices);
    }

    [Fact]
    public async Task Cache_Hit_HasTheNoticesOfTheOriginal()
    {
        await using var machine = WithEngine("Only half was read.");
        await machine.SendAsync(machine.Operation());
        var again = machine.Operation();

        var outcome = await machine.SendAsync(again);

        Assert.True(again.IsCacheHit);
        Assert.Equal(["Only half was read."], outcome.Notices);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DroppedParameters_OfAPrompt_ToldOnce_AndByTheCacheToo(bool isStructured)
    {
        var a = new FakeProvider("a") { Answer = (_, _, _) => throw new ProviderException(ProviderErrorKind.ServerError, "no") };
        var b = new FakeProvider("b");
        var answers = new Queue<string>(["""{"echo":"bad"}""", """{"echo":"good"}"""]);
        var operation = new FakeOperation(isStructured: isStructured)
        {
            OnRead = reply => isStructured && reply.Text.Contains("bad", StringComparison.Ordinal) ? throw new OperationReplyException("no") : """{"echo":"x"}"""u8.ToArray(),
        };
        b.Answer = (_, _, _) =>
        {
            var response = Replies.Text(answers.Dequeue());
            DroppedParameters.Add(response, ["seed", "b"]);
            return Task.FromResult(response);
        };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m", "b/m"), [a, b], [operation]);
        var first = machine.Operation();
        var again = machine.Operation();

        await machine.SendAsync(first);
        await machine.SendAsync(again);

        Assert.True(again.IsCacheHit);
        Assert.Equal(["seed", "b"], first.DroppedParameters);
        Assert.Equal(["seed", "b"], again.DroppedParameters);
    }

    [Fact]
    public async Task Embeddings_Notices_InTheOutcomeAndKept()
    {
        var a = new FakeProvider("a", "v")
        {
            Embed = (texts, _) =>
            {
                var vectors = Replies.Vectors(texts.Count);
                EmbeddingNotices.Add(vectors, "Longer than the model reads.");
                EmbeddingNotices.Add(vectors, "Averaged.");
                return Task.FromResult(vectors);
            },
        };
        a.Models[0] = a.Models[0] with { Capabilities = ModelCapabilities.Embeddings };
        await using var machine = TestMachine.With(a);

        var made = await machine.SendAsync(machine.Embedding("a/v", CallContext.DefaultTenant, "x"));
        var found = await machine.SendAsync(machine.Embedding("a/v", CallContext.DefaultTenant, "x"));

        Assert.Equal(1, a.Calls);
        Assert.Equal(["Longer than the model reads.", "Averaged."], made.Notices);
        Assert.Equal(made.Notices, found.Notices);
    }

    private static TestMachine WithEngine(params string[] notices)
    {
        var engine = new FakeEngine("echo", "engine", (_, _) => Task.FromResult(
            new OperationEngineResult(Encoding.UTF8.GetBytes("""{"echo":"native"}"""), TokenUsage.None) { Notices = notices }));
        return new TestMachine(TestMachine.Alias("fast", "e/engine"), [RoutingTests.Native("e", engine)], [new FakeOperation()]);
    }

    /// <summary>A plugin's own list, which runs the plugin's code.</summary>
    private sealed class Thrower : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => throw new FormatException();

        public IEnumerator<string> GetEnumerator() => throw new FormatException();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw new FormatException();
    }
}
