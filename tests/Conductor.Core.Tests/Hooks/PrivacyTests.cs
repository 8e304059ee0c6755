using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Core.Tests.Machine;
using Conductor.Errors;
using Conductor.Privacy;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Hooks;

/// <summary>Personal data in prompts and answers, in every part of them, whole and in pieces.</summary>
public sealed class PrivacyTests
{
    private const string Mail = "joe@example.com";
    private const string Text = "Ask joe@example.com or +49 30 901820; card 4111 1111 1111 1111.";
    private const string Masked = "Ask [EMAIL] or [PHONE]; card [CARD].";

    [Fact]
    public async Task Prompts_Mask_EveryPartOfARequest()
    {
        var provider = new FakeProvider("p");
        await using var machine = Machine(provider, new PrivacySettings { Prompts = PrivacyMode.Mask });
        var asked = new ChatRequest(
        [
            new ChatMessage(ChatRole.System, $"sys {Mail}"),
            new ChatMessage(ChatRole.User, [new TextContent($"me {Mail}"), new DataContent(Encoding.UTF8.GetBytes($"doc {Mail}"), "text/plain")]),
            new ChatMessage(ChatRole.Assistant, [new TextReasoningContent($"hm {Mail}") { ProtectedData = "sig" }, new FunctionCallContent("c", "f", new Dictionary<string, object?> { ["to"] = JsonElement.Parse($$"""{"deep":["joe\u0040example.com", 4111111111111111]}""") })]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c", $"result {Mail}")]),
        ],
        new ChatOptions { AdditionalProperties = new() { ["user"] = Mail } });
        var call = machine.Track(new ChatCall { Context = CallContext.New(), Model = "fast", IsStreaming = false, Request = asked });

        await machine.SendAsync(call);

        var sent = string.Join('|', provider.Asked.Messages.SelectMany(message => message.Contents).Select(Show)) + provider.Asked.Options.AdditionalProperties!["user"];
        Assert.Equal("""sys [EMAIL]|me [EMAIL]|doc [EMAIL]|hm [EMAIL]()|{"deep":["[EMAIL]","[CARD]"]}|result [EMAIL][EMAIL]""", sent);
        Assert.Equal($"sys {Mail}", asked.Messages[0].Text); // the caller's own objects stay
    }

    [Fact]
    public async Task Prompts_Block_400WithTheKind()
    {
        var provider = new FakeProvider("p");
        await using var machine = Machine(provider, new PrivacySettings { Prompts = PrivacyMode.Block, Kinds = PersonalKinds.Email | PersonalKinds.Iban });

        var told = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(machine.Chat(text: Text)));
        await machine.SendAsync(machine.Chat(text: "card 4111 1111 1111 1111"));

        Assert.Equal((400, "content_filter"), (told.Status, told.Code));
        Assert.Contains("(email)", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("joe", told.Message, StringComparison.Ordinal);
        Assert.Equal(1, provider.Calls);
    }

    [Fact]
    public async Task Embeddings_Mask_AndTokenIdsAreRefused()
    {
        IReadOnlyList<string> seen = [];
        var provider = new FakeProvider("p");
        provider.Embed = (texts, _) =>
        {
            seen = texts;
            return Task.FromResult(Replies.Vectors(texts.Count));
        };
        await using var machine = Machine(provider, new PrivacySettings { Prompts = PrivacyMode.Mask });

        await machine.SendAsync(machine.Embedding("fast", CallContext.DefaultTenant, "plain", Text));
        var told = await Assert.ThrowsAsync<InvalidRequestException>(() => machine.SendAsync(machine.Track(new EmbeddingCall
        {
            Context = CallContext.New(), Model = "fast", Request = new EmbeddingRequest(null, null) { Tokens = [[1, 2]] },
        })));

        Assert.Equal(["plain", Masked], seen);
        Assert.Equal("input", told.Param);
    }

    public static TheoryData<int> Cuts => [.. Enumerable.Range(0, 4)];

    /// <summary>Every pair of cuts of a text, as text, as thinking, as a refusal, and as the second of two choices that come in turns.</summary>
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Answers_Mask_EveryPairOfCuts_SameText(int form)
    {
        const string text = "To joe@x.de, +49 30 901820!";
        var provider = new FakeProvider("p");
        await using var machine = Machine(provider, new PrivacySettings { Answers = PrivacyMode.Mask });
        for (var first = 0; first <= text.Length; first += 1)
        {
            for (var second = first; second <= text.Length; second += 2)
            {
                string[] pieces = [text[..first], text[first..second], text[second..]];
                provider.Stream = (_, token) => Replies.Stream(token, [.. pieces.Where(piece => piece.Length > 0).SelectMany(piece => Form(form, piece)), Replies.Finish()]);
                var call = machine.Chat(isStreaming: true);
                var updates = await (await machine.SendAsync(call)).Updates!.ToListAsync();
                await call.DisposeAsync();

                Assert.Equal("To [EMAIL], [PHONE]!", string.Concat(updates.Where(update => ChoiceOf(update) == (form == 3 ? 1 : 0)).SelectMany(update => update.Contents).Select(Show)));
            }
        }
    }

    [Fact]
    public async Task Answers_WholeAndStreamed_SameText_ToolArgumentsToo()
    {
        var provider = new FakeProvider("p");
        var arguments = new Dictionary<string, object?> { ["to"] = JsonElement.Parse("\"joe\\u0040example.com\""), ["n"] = JsonElement.Parse("7"), ["list"] = JsonElement.Parse("""[{"iban":"DE89 3704 0044 0532 0130 00"}]""") };
        AIContent[] contents = [new TextReasoningContent("think joe@x.de"), new TextContent(Text), new FunctionCallContent("c", "f", arguments), new TextContent("end"), new ErrorContent("no joe@x.de") { ErrorCode = "Refusal" }];
        provider.Answer = (_, _, _) => Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { FinishReason = ChatFinishReason.Stop, AdditionalProperties = new() { ["logprobs"] = JsonElement.Parse("{}") } });
        provider.Stream = (_, token) => Replies.Stream(token, [.. contents.Select(content => new ChatResponseUpdate(ChatRole.Assistant, [content])), Replies.Finish()]);
        await using var machine = Machine(provider, new PrivacySettings { Answers = PrivacyMode.Mask });

        var call = machine.Chat();
        var whole = (await machine.SendAsync(call)).Response!;
        var streamed = await (await machine.SendAsync(machine.Chat(isStreaming: true))).Updates!.ToListAsync();

        const string expected = "think [EMAIL]|" + Masked + """|{"to":"[EMAIL]","n":7,"list":[{"iban":"[IBAN]"}]}|end|no [EMAIL]""";
        Assert.Equal(expected, string.Join('|', whole.Messages[0].Contents.Select(content => content is TextReasoningContent thinking ? thinking.Text : Show(content))));
        Assert.Equal(expected.Replace("|", "", StringComparison.Ordinal), string.Concat(streamed.SelectMany(update => update.Contents).Select(content => content is TextReasoningContent thinking ? thinking.Text : Show(content))));
        Assert.Contains("logprobs", call.DroppedParameters); // they spell the text
        Assert.False(whole.AdditionalProperties?.ContainsKey("logprobs") ?? false);
    }

    [Theory]
    [InlineData("think joe@x.de", null)]
    [InlineData("think", "sig")]
    public async Task Answers_SignedThinking_KeepsItsSignatureWhereNothingWasChanged(string thinking, string? signature)
    {
        var provider = new FakeProvider("p");
        provider.Stream = (_, token) => Replies.Stream(
            token,
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(thinking[..3])]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(thinking[3..])]),
            new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("") { ProtectedData = "sig" }]),
            Replies.Piece("answer"),
            Replies.Finish());
        await using var machine = Machine(provider, new PrivacySettings { Answers = PrivacyMode.Mask });

        var updates = await (await machine.SendAsync(machine.Chat(isStreaming: true))).Updates!.ToListAsync();

        var thoughts = updates.SelectMany(update => update.Contents).OfType<TextReasoningContent>().ToList();
        Assert.Equal(signature, thoughts.Select(thought => thought.ProtectedData).SingleOrDefault(data => data is not null));
        Assert.Equal(PersonalScanner.Mask(thinking, PersonalKinds.All), string.Concat(thoughts.Select(thought => thought.Text)));
    }

    [Fact]
    public async Task Answers_Block_EndsBeforeAnythingOfItIsOut()
    {
        var provider = new FakeProvider("p") { Stream = (_, token) => Replies.Stream(token, Replies.Piece("Ask joe@exam"), Replies.Piece("ple.com now"), Replies.Finish()) };
        await using var machine = Machine(provider, new PrivacySettings { Answers = PrivacyMode.Block });
        var outcome = await machine.SendAsync(machine.Chat(isStreaming: true));
        var seen = new StringBuilder();

        var told = await Assert.ThrowsAsync<ConductorException>(async () =>
        {
            await foreach (var update in outcome.Updates!)
            {
                seen.Append(update.Text);
            }
        });

        Assert.Equal("content_filter", told.Code);
        Assert.Equal("Ask ", seen.ToString());
    }

    [Fact]
    public async Task Cache_NeitherMaskedForOthers_NorUnmaskedForThoseWhoMask()
    {
        var provider = new FakeProvider("p") { Answer = (_, _, _) => Task.FromResult(Replies.Text($$"""{"echo":"{{Mail}}"}""")) };
        var settings = TestMachine.Alias("fast", "p/m");
        await using var machine = new TestMachine(settings, [provider], [new FakeOperation()]);
        async Task<string> Ask() => Encoding.UTF8.GetString((await machine.SendAsync(machine.Operation("q"))).Result.Span);

        var open = await Ask();
        machine.Rebuild(settings with { Privacy = new PrivacySettings { Answers = PrivacyMode.Mask } }, [provider], [new FakeOperation()]);
        var masked = await Ask();
        var again = await Ask();
        machine.Rebuild(settings, [provider], [new FakeOperation()]);
        var openAgain = await Ask();

        Assert.Equal("""{"echo":"joe@example.com"}""", open);
        Assert.Equal(("""{"echo":"[EMAIL]"}""", masked), (masked, again));
        Assert.Equal(open, openAgain);
        Assert.Equal(2, provider.Calls);
    }

    [Fact]
    public async Task OperationInPieces_SameTextAndResult()
    {
        var provider = new FakeProvider("p") { Stream = (_, token) => Replies.Stream(token, Replies.Piece("to joe@ex"), Replies.Piece("ample.com!"), Replies.Finish()) };
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "p/m") with { Privacy = new PrivacySettings { Answers = PrivacyMode.Mask } }, [provider], [new FakeOperation(isStructured: false)]);
        var call = machine.Track(new OperationCall { Context = CallContext.New(), Model = "fast", Operation = "echo", Payload = """{"text":"q"}"""u8.ToArray(), IsStreaming = true });

        var outcome = await machine.SendAsync(call);
        var text = string.Concat(await outcome.Deltas!.ToListAsync());

        Assert.Equal("to [EMAIL]!", text);
        Assert.Contains("to [EMAIL]!", Encoding.UTF8.GetString(outcome.Result.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PrivacyMode.Mask, null, null, true)]
    [InlineData(PrivacyMode.Mask, PrivacyMode.Off, null, false)]
    [InlineData(null, PrivacyMode.Mask, null, true)]
    [InlineData(null, PrivacyMode.Mask, PrivacyMode.Off, false)]
    [InlineData(PrivacyMode.Off, PrivacyMode.Off, PrivacyMode.Mask, true)]
    [InlineData(null, null, null, false)]
    public async Task Settings_KeyOverTenantOverAll(PrivacyMode? all, PrivacyMode? tenant, PrivacyMode? key, bool isMasked)
    {
        var provider = new FakeProvider("p");
        var owned = new CallerKeySettings { Tenant = "acme", Name = "k", Hash = new byte[32], Privacy = new PrivacySettings { Prompts = key } };
        await using var machine = new TestMachine(
            TestMachine.Alias("fast", "p/m") with
            {
                Privacy = new PrivacySettings { Prompts = all },
                Tenants = new Dictionary<string, TenantSettings> { ["acme"] = new() { Privacy = new PrivacySettings { Prompts = tenant } } },
                Keys = [owned],
            },
            [provider]);
        var call = machine.Track(new ChatCall
        {
            Context = CallContext.New() with { TenantId = "acme", KeyId = "k", Key = owned }, Model = "fast", IsStreaming = false, Request = new ChatRequest([new ChatMessage(ChatRole.User, Mail)], new ChatOptions()),
        });

        await machine.SendAsync(call);

        Assert.Equal(isMasked ? "[EMAIL]" : Mail, provider.Asked.Messages[0].Text);
    }

    private static TestMachine Machine(FakeProvider provider, PrivacySettings privacy) => new(TestMachine.Alias("fast", "p/m") with { Privacy = privacy }, [provider]);

    private static IEnumerable<ChatResponseUpdate> Form(int form, string piece) => form switch
    {
        0 => [Replies.Piece(piece)],
        1 => [new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(piece)])],
        2 => [new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent(piece) { ErrorCode = "Refusal" }])],
        _ => [Replies.Piece("other"), new ChatResponseUpdate(ChatRole.Assistant, [new TextContent(piece)]) { AdditionalProperties = new() { ["openai.choice"] = 1 } }],
    };

    private static int ChoiceOf(ChatResponseUpdate update) => update.AdditionalProperties?.TryGetValue("openai.choice", out int choice) == true ? choice : 0;

    private static string Show(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent { Text: var text, ProtectedData: var data } => data is null && !text.StartsWith("hm", StringComparison.Ordinal) ? text : $"{text}({data})",
        ErrorContent error => error.Message,
        DataContent data => Encoding.UTF8.GetString(data.Data.Span),
        FunctionCallContent { Arguments: { Count: 1 } one } => one.Values.Single()!.ToString()!,
        FunctionCallContent call => JsonSerializer.Serialize(call.Arguments),
        FunctionResultContent result => result.Result!.ToString()!,
        _ => "",
    };
}
