using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

namespace Conductor.Host.Tests.Sdks;

/// <summary>The official client `Anthropic`.</summary>
internal sealed class AnthropicDotnet : DotnetSdk
{
    public override string Name => "Anthropic (NuGet)";

    protected override Dictionary<string, Func<SdkTarget, Task<double?>>> Features() => new()
    {
        ["models"] = Feature(ModelsAsync),
        ["chat"] = Feature(ChatAsync),
        ["count"] = Feature(async target => Assert.True((await Client().Messages.CountTokens(new MessageCountTokensParams { Model = target.Model, Messages = [new UserMessageParam(Hello)] })).InputTokens > 2)),
        ["stream"] = Feature(async target => Reads(Hello, await StreamAsync(target.Model, Hello))),
        ["tools"] = Feature(target => LoopAsync(target, WholeAsync)),
        ["toolsStreamed"] = Feature(target => LoopAsync(target, StreamedAsync)),
        ["choice"] = Feature(ChoiceAsync),
        ["structured"] = Feature(async target => Assert.Equal(
            Place, Text(await Client().Messages.Create(Ask(target.Model, "Where?") with { OutputConfig = new OutputConfig { Format = new JsonOutputFormat { Schema = Members(PlaceSchema) } } })))),
        ["vision"] = Feature(async target => Assert.Equal(
            Seen, Text(await Client().Messages.Create(Ask(target.Model, new List<ContentBlockParam>
            {
                new TextBlockParam("look"), new ImageBlockParam(new Base64ImageSource { Data = Convert.ToBase64String(Png), MediaType = MediaType.ImagePng }),
            }))))),
        ["unicode"] = Feature(async target => Assert.Equal((Unicode, Unicode), (await SayAsync(target.Model, Unicode), await StreamAsync(target.Model, Unicode)))),
        ["many"] = Feature(target => FiftyAsync(text => SayAsync(target.Model, text), text => StreamAsync(target.Model, text))),
        ["errors"] = Feature(ErrorsAsync),
        ["abort"] = AbortAsync,
    };

    private AnthropicClient Client(string? key = null) => new() { ApiKey = key ?? Plan.Key, BaseUrl = Plan.Address, HttpClient = Http, MaxRetries = 0 };

    private MessageCreateParams Ask(string model, MessageContentParam content) => new() { Model = model, MaxTokens = Limit, Messages = [new UserMessageParam(content)] };

    private static MessageCreateParams WithTools(MessageCreateParams asked) => asked with
    {
        Tools = [new Tool { Name = "get_weather", Description = "tells it", InputSchema = InputSchema.FromRawUnchecked(Members(CitySchema)) }],
    };

    private static Dictionary<string, JsonElement> Members(string json) => JsonElement.Parse(json).EnumerateObject().ToDictionary(member => member.Name, member => member.Value);

    private static string Text(Message answer) => string.Concat(answer.Content.Select(block => block.TryPickText(out var text) ? text.Text : ""));

    private async Task<string> SayAsync(string model, string text, string? key = null) => Text(await Client(key).Messages.Create(Ask(model, text)));

    private async Task<string> StreamAsync(string model, string text)
    {
        var (found, isOver) = (new StringBuilder(), false);
        await foreach (var one in Client().Messages.CreateStreaming(Ask(model, text)))
        {
            found.Append(one.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece) ? piece.Text : "");
            isOver |= one.TryPickStop(out _);
        }

        Assert.True(isOver);
        return found.ToString();
    }

    private async Task ModelsAsync(SdkTarget target)
    {
        var (page, listed) = (await Client().Models.List(), new List<string>());
        while (true)
        {
            listed.AddRange(page.Items.Select(model => model.ID));
            if (!page.HasNext())
            {
                break;
            }

            page = (Anthropic.Models.Models.ModelListPage)await page.Next();
        }

        Assert.Contains(target.Model, listed);
        Assert.Equal(target.Model, (await Client().Models.Retrieve(target.Model)).ID);
    }

    private async Task ChatAsync(SdkTarget target)
    {
        var answer = await Client().Messages.Create(Ask(target.Model, Hello) with { System = SystemPrompt });
        Reads($"[{SystemPrompt}] {Hello}", Text(answer));
        Ends("end_turn", answer.StopReason!.Raw());
        Assert.True(answer.Usage.InputTokens > 0 && answer.Usage.OutputTokens > 0);
    }

    // What came goes back as it came, thinking and its signatures among it.
    private async Task LoopAsync(SdkTarget target, Func<MessageCreateParams, Task<List<JsonElement>>> ask)
    {
        var asked = WithTools(Ask(target.Model, "The weather?"));
        var blocks = await ask(asked);
        var calls = CallsOf(blocks);
        Assert.Equal(Mind.Cities.Select(city => ("get_weather", city)), calls.Select(call => (call.GetProperty("name").GetString()!, City(call))));
        List<ContentBlockParam> made = [.. blocks.Select(block => new ContentBlockParam(block))];
        List<ContentBlockParam> results = [.. calls.Select(call => (ContentBlockParam)new ToolResultBlockParam(call.GetProperty("id").GetString()!) { Content = Weather(City(call)) })];
        var last = await ask(asked with { Messages = [.. asked.Messages, new AssistantMessageParam(made), new UserMessageParam(results)] });
        Assert.Equal(Report, string.Concat(last.Where(block => block.GetProperty("type").ValueEquals("text")).Select(block => block.GetProperty("text").GetString())));
    }

    private static List<JsonElement> CallsOf(IEnumerable<JsonElement> blocks) => [.. blocks.Where(block => block.GetProperty("type").ValueEquals("tool_use"))];

    private static string City(JsonElement call) => call.GetProperty("input").GetProperty("city").GetString()!;

    private async Task<List<JsonElement>> WholeAsync(MessageCreateParams asked) => [.. (await Client().Messages.Create(asked)).Content.Select(block => JsonSerializer.SerializeToElement(block))];

    private async Task<List<JsonElement>> StreamedAsync(MessageCreateParams asked)
    {
        var (blocks, input) = (new List<JsonObject>(), "");
        await foreach (var one in Client().Messages.CreateStreaming(asked))
        {
            if (one.TryPickContentBlockStart(out var start))
            {
                blocks.Add(JsonNode.Parse(JsonSerializer.Serialize(start.ContentBlock))!.AsObject());
                input = "";
            }
            else if (one.TryPickContentBlockDelta(out var delta))
            {
                Join(blocks[^1], "text", delta.Delta.TryPickText(out var text) ? text.Text : null);
                Join(blocks[^1], "thinking", delta.Delta.TryPickThinking(out var thinking) ? thinking.Thinking : null);
                Join(blocks[^1], "signature", delta.Delta.TryPickSignature(out var signature) ? signature.Signature : null);
                input += delta.Delta.TryPickInputJson(out var json) ? json.PartialJson : "";
            }
            else if (one.TryPickContentBlockStop(out _) && input.Length > 0)
            {
                blocks[^1]["input"] = JsonNode.Parse(input);
            }
        }

        return [.. blocks.Select(block => JsonSerializer.SerializeToElement(block))];

        static void Join(JsonObject block, string member, string? piece)
        {
            if (piece is not null)
            {
                block[member] = (string?)block[member] + piece;
            }
        }
    }

    private async Task ChoiceAsync(SdkTarget target)
    {
        foreach (var choice in (ToolChoice[])[new ToolChoiceAny(), new ToolChoiceTool("get_weather")])
        {
            Assert.Equal([Mind.Cities[0]], CallsOf(await WholeAsync(WithTools(Ask(target.Model, "must")) with { ToolChoice = choice })).Select(City));
        }
    }

    private async Task ErrorsAsync(SdkTarget target)
    {
        await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => SayAsync(target.Model, Hello, "wrong"));
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() => SayAsync("nobody/nothing", Hello));
        await Assert.ThrowsAsync<AnthropicBadRequestException>(() => SayAsync(target.Bad, "fail 400"));
        await Assert.ThrowsAsync<AnthropicRateLimitException>(() => SayAsync(target.Limited, "fail 429"));
        await Assert.ThrowsAsync<AnthropicRateLimitException>(() => StreamAsync(target.Limited, "fail 429"));
        Assert.Equal("api_error", (await Assert.ThrowsAnyAsync<Anthropic5xxException>(() => SayAsync(target.Bad, "fail 500"))).Type!.Raw());
    }

    private async Task<double?> AbortAsync(SdkTarget target)
    {
        using var leaving = new CancellationTokenSource();
        var text = "";
        double? leftAt = null;
        try
        {
            await foreach (var one in Client().Messages.CreateStreaming(Ask(target.Model, "go on " + Tag(target)), leaving.Token))
            {
                text += one.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece) ? piece.Text : "";
                if (leftAt is null && IsEnough(text))
                {
                    leftAt = Now();
                    await leaving.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (leftAt is not null)
        {
            // The client says that it was told to leave.
        }

        Assert.NotNull(leftAt);
        return leftAt;
    }
}
