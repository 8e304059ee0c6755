using System.Text;
using Conductor.Calls;
using Conductor.Signatures;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

public sealed class SignatureTests
{
    private const string Signature = "EqRkCkYIBxgCKkDqWabc+/==signed";

    [Theory]
    [InlineData("""{"type":"signature_delta","signature":"SIG"}""", 1)]
    [InlineData("""{"parts":[{"functionCall":{},"thoughtSignature" : "SIG"}]}""", 1)]
    [InlineData("""{"extra_content":{"google":{"thought_signature":"SIG"}}}""", 1)]
    [InlineData("""{"type":"reasoning","encrypted_content":"SIG"}""", 1)]
    [InlineData("""{"type":"reasoning","encrypted_content":"conductor.anthropic.SIG"}""", 1)]
    [InlineData("""{"signature":""}""", 0)]
    [InlineData("""{"signature":"short"}""", 0)]
    [InlineData("""{"text":"signature\":\"SIG"}""", 0)]
    [InlineData("""{"signature":{"x":"SIG"}}""", 0)]
    [InlineData("""{"signature":"SIG""", 1)]
    [InlineData("""{"signature":""", 0)]
    [InlineData("""{"signature" """, 0)]
    public void Scan_Json_FindsWhatIsSigned(string json, int expected)
    {
        var text = json.Replace("SIG", Signature, StringComparison.Ordinal);
        var isCut = text.EndsWith(Signature, StringComparison.Ordinal);

        var found = SignatureScan.Find(Encoding.UTF8.GetBytes(text));

        Assert.Equal(isCut ? 0 : expected, found?.Count ?? 0);
        Assert.All(found ?? [], hash => Assert.Equal(SignatureScan.Of(new TextReasoningContent("") { ProtectedData = Signature }), hash));
    }

    [Fact]
    public void Scan_Escapes_AreReadAsText()
    {
        var escaped = Signature.Replace("+", "\\u002B", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal);

        var found = SignatureScan.Find(Encoding.UTF8.GetBytes($$"""{"signature":"{{escaped}}"}"""));

        Assert.Equal(SignatureScan.Of(new TextContent("x") { AdditionalProperties = new() { ["conductor.thought_signature"] = Signature } }), Assert.Single(found!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Typed_FollowUp_GoesToTheTargetThatSigned(bool isStreaming)
    {
        var first = new FakeProvider("one").Failing(new Providers.ProviderException(Providers.ProviderErrorKind.Overloaded, "busy"));
        var second = new FakeProvider("two")
        {
            Answer = (_, _, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [Signed(), new TextContent("hi")])) { FinishReason = ChatFinishReason.Stop }),
            Stream = (_, token) => Replies.Stream(token, new ChatResponseUpdate(ChatRole.Assistant, [Signed()]), Replies.Piece("hi"), Replies.Finish()),
        };
        await using var machine = TestMachine.Fast(first, second);
        await ReadAsync(machine, machine.Chat(isStreaming: isStreaming));
        first.Answer = (_, _, _) => Task.FromResult(Replies.Text("from one"));

        var unsigned = await machine.SendAsync(machine.Chat());
        var signed = await machine.SendAsync(FollowUp(CallContext.DefaultTenant));
        var stranger = await machine.SendAsync(FollowUp("another"));

        Assert.Equal(("one", "two", "one"), (unsigned.Provider, signed.Provider, stranger.Provider));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Raw_FollowUp_GoesToTheTargetThatSigned(bool isStreaming)
    {
        var busy = FakeTransport.Failing(new Providers.ProviderException(Providers.ProviderErrorKind.Overloaded, "busy"));
        var signing = $"text:\"signature\":\"{Signature}\"";
        var first = new FakeProvider("one") { Transport = busy };
        var second = new FakeProvider("two") { Transport = FakeTransport.Saying(isStreaming ? [signing + "\n", "finish\n", "end\n"] : [signing]) };
        await using var machine = TestMachine.Fast(first, second);
        await ReadAsync(machine, machine.Raw("text=hello", isStreaming: isStreaming));
        first.Transport = FakeTransport.Saying("text:one|usage:1,1");

        var unsigned = await machine.SendAsync(machine.Raw("text=hello"));
        var signed = await machine.SendAsync(machine.Raw($"text={{\"encrypted_content\":\"{Signature}\"}}"));
        var stranger = await machine.SendAsync(machine.Raw($"text={{\"encrypted_content\":\"{Signature}\"}}", tenant: "another"));
        var other = await machine.SendAsync(machine.Raw($"text={{\"signature\":\"{Signature}x\"}}"));

        Assert.Equal(("one", "two", "one", "one"), (unsigned.Provider, signed.Provider, stranger.Provider, other.Provider));
    }

    [Fact]
    public async Task Memory_Full_ForgetsTheOldestAndStaysBounded()
    {
        var memory = new SignatureMemory();
        var provider = new FakeProvider("one");
        await using var machine = TestMachine.Fast(provider);
        var hop = new Routing.RouteHop(machine.Entry("one"), provider.Models[0], null);
        var call = machine.Chat();
        for (var i = 0; i < SignatureMemory.MostKept * 2; i++)
        {
            memory.Note(call, hop, Signed($"{Signature}{i}"));
        }

        var other = hop with { Model = FakeProvider.Model("other") };
        var plan = new Routing.RoutePlan([other, hop], [], "fast");

        Assert.Equal(other, memory.Pin(Asking($"{Signature}0"), plan).Hops[0]);
        Assert.Equal(hop, memory.Pin(Asking($"{Signature}{(SignatureMemory.MostKept * 2) - 1}"), plan).Hops[0]);
    }

    private static TextReasoningContent Signed(string signature = Signature) => new("hm") { ProtectedData = signature };

    private static ChatCall FollowUp(string tenant) => Asking(Signature, tenant);

    private static ChatCall Asking(string signature, string tenant = CallContext.DefaultTenant) => new()
    {
        Context = CallContext.New() with { TenantId = tenant },
        Model = "fast",
        IsStreaming = false,
        Request = new ChatRequest([new ChatMessage(ChatRole.Assistant, [Signed(signature)]), new ChatMessage(ChatRole.User, "go on")], new ChatOptions()),
    };

    private static async Task ReadAsync(TestMachine machine, ChatCall call)
    {
        var outcome = await machine.SendAsync(call);
        await foreach (var update in outcome.Updates ?? AsyncEnumerable.Empty<ChatResponseUpdate>())
        {
            Assert.NotNull(update);
        }

        await foreach (var item in outcome.Events ?? AsyncEnumerable.Empty<ReadOnlyMemory<byte>>())
        {
            Assert.False(item.IsEmpty);
        }
    }
}
