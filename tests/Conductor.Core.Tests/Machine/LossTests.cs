using Conductor.Calls;
using Conductor.Errors;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

public sealed class LossTests
{
    private static readonly ProviderException Lost = new(ProviderErrorKind.Unsupported, "'seed' cannot be passed on to this model") { Param = "seed" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Losses_OfTheTargetThatAnswered_AreTheCalls(bool isStreaming)
    {
        var first = new FakeProvider("one").Failing(new ProviderException(ProviderErrorKind.Overloaded, "busy"));
        var second = new FakeProvider("two")
        {
            Answer = (_, _, _) =>
            {
                var answer = Replies.Text("hi");
                DroppedParameters.Add(answer, ["seed"]);
                ChangedParameters.Add(answer, ["max_tokens"]);
                return Task.FromResult(answer);
            },
            Stream = (_, token) =>
            {
                var update = Replies.Piece("hi");
                DroppedParameters.Add(update, ["seed"]);
                ChangedParameters.Add(update, ["max_tokens"]);
                return Replies.Stream(token, update, Replies.Finish());
            },
        };
        await using var machine = TestMachine.Fast(first, second);
        var call = machine.Chat(isStreaming: isStreaming);
        call.DroppedParameters.Add("of an attempt before");

        await machine.SendAsync(call);

        Assert.Equal(["seed"], call.DroppedParameters);
        Assert.Equal(["max_tokens"], call.ChangedParameters);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refused_IsSaidToTheProvider(bool isStreaming)
    {
        ChatOptions? asked = null;
        var provider = new FakeProvider("one");
        await using var machine = TestMachine.Fast(provider);

        var call = machine.Chat(isStreaming: isStreaming, options: new CallOptions { RefuseLosses = true });
        await machine.SendAsync(call);
        asked = provider.Asked.Options;
        await machine.SendAsync(machine.Chat(isStreaming: isStreaming));

        Assert.True(RefusedLosses.Are(asked));
        Assert.False(RefusedLosses.Are(call.Request.Options)); // the caller's own object stays as it was
        Assert.False(RefusedLosses.Are(provider.Asked.Options));
    }

    [Fact]
    public async Task Refused_ByEveryTarget_IsTheirWordAndNoFailureOfAll()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("one").Failing(Lost), new FakeProvider("two").Failing(Lost));

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat(options: new CallOptions { RefuseLosses = true })));

        Assert.Equal((400, "unsupported_parameter", "seed"), (error.Status, error.Code, error.Param));
    }

    [Fact]
    public async Task Refused_ByTheFirstTarget_TheNextAnswers()
    {
        await using var machine = TestMachine.Fast(new FakeProvider("one").Failing(Lost), new FakeProvider("two"));

        var outcome = await machine.SendAsync(machine.Chat(options: new CallOptions { RefuseLosses = true }));

        Assert.Equal("two", outcome.Provider);
    }

    [Fact]
    public async Task Kept_AnswersKeepTheirs_AndAreNoneToWhoRefusesThem()
    {
        var provider = new FakeProvider("one")
        {
            Answer = (_, _, _) =>
            {
                var answer = Replies.Text("""{"echo":"hi"}""");
                DroppedParameters.Add(answer, ["seed"]);
                ChangedParameters.Add(answer, ["stop"]);
                return Task.FromResult(answer);
            },
        };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "one/m"), [provider], [new FakeOperation()]);
        await machine.SendAsync(machine.Operation());

        var again = machine.Operation();
        await machine.SendAsync(again);
        var strict = machine.Operation(options: new CallOptions { RefuseLosses = true });
        await machine.SendAsync(strict);

        Assert.True(again.IsCacheHit);
        Assert.Equal(["seed"], again.DroppedParameters);
        Assert.Equal(["stop"], again.ChangedParameters);
        Assert.False(strict.IsCacheHit);
        Assert.True(RefusedLosses.Are(provider.Asked.Options));
    }

    [Fact]
    public void Options_OfTheBodyAndTheHeaders_EitherRefuses()
    {
        var refusing = new CallOptions { RefuseLosses = true };

        Assert.True(CallOptions.Default.Under(refusing).RefuseLosses);
        Assert.True(refusing.Under(CallOptions.Default).RefuseLosses);
        Assert.False(CallOptions.Default.Under(CallOptions.Default).RefuseLosses);
    }
}
