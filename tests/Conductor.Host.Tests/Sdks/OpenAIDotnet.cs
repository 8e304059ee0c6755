using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using OpenAI;
using OpenAI.Chat;

namespace Conductor.Host.Tests.Sdks;

/// <summary>The official client `OpenAI`, by chat completions.</summary>
internal sealed class OpenAIDotnet : DotnetSdk
{
    public override string Name => "OpenAI (NuGet)";

    protected override Dictionary<string, Func<SdkTarget, Task<double?>>> Features() => new()
    {
        ["models"] = Feature(ModelsAsync),
        ["chat"] = Feature(ChatAsync),
        ["stream"] = Feature(async target => Reads(Hello, await StreamAsync(target.Model, Hello))),
        ["tools"] = Feature(target => LoopAsync(target, WholeAsync)),
        ["toolsStreamed"] = Feature(target => LoopAsync(target, StreamedAsync)),
        ["choice"] = Feature(ChoiceAsync),
        ["structured"] = Feature(async target => Assert.Equal(
            Place, Text(await Chat(target.Model).CompleteChatAsync([new UserChatMessage("Where?")], Options(ChatResponseFormat.CreateJsonSchemaFormat("place", BinaryData.FromString(PlaceSchema), jsonSchemaIsStrict: true)))))),
        ["vision"] = Feature(async target => Assert.Equal(
            Seen, Text(await Chat(target.Model).CompleteChatAsync([new UserChatMessage(ChatMessageContentPart.CreateTextPart("look"), ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Png), "image/png"))], Options())))),
        ["embeddings"] = Feature(EmbeddingsAsync),
        ["unicode"] = Feature(async target => Assert.Equal((Unicode, Unicode), (await SayAsync(target.Model, Unicode), await StreamAsync(target.Model, Unicode)))),
        ["many"] = Feature(target => FiftyAsync(text => SayAsync(target.Model, text), text => StreamAsync(target.Model, text))),
        ["errors"] = Feature(ErrorsAsync),
        ["abort"] = AbortAsync,
    };

    private OpenAIClient Client(string? key = null) => new(
        new ApiKeyCredential(key ?? Plan.Key),
        new OpenAIClientOptions { Endpoint = new Uri(Plan.Address + "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0), Transport = new HttpClientPipelineTransport(Http) });

    private ChatClient Chat(string model, string? key = null) => Client(key).GetChatClient(model);

    private ChatCompletionOptions Options(ChatResponseFormat? format = null, ChatToolChoice? choice = null, bool hasTools = false)
    {
        var options = new ChatCompletionOptions { MaxOutputTokenCount = Limit, ResponseFormat = format, ToolChoice = choice };
        if (hasTools)
        {
            options.Tools.Add(ChatTool.CreateFunctionTool("get_weather", "tells it", BinaryData.FromString(CitySchema)));
        }

        return options;
    }

    private static string Text(ChatCompletion answer) => string.Concat(answer.Content.Select(part => part.Text));

    private async Task<string> SayAsync(string model, string text, string? key = null) => Text(await Chat(model, key).CompleteChatAsync([new UserChatMessage(text)], Options()));

    // At the end of a stream this client is silent about an error inside it: the reason has to be there.
    private async Task<string> StreamAsync(string model, string text)
    {
        var (found, finish) = (new StringBuilder(), default(ChatFinishReason?));
        await foreach (var update in Chat(model).CompleteChatStreamingAsync([new UserChatMessage(text)], Options()))
        {
            found.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            finish = update.FinishReason ?? finish;
        }

        Ends(ChatFinishReason.Stop, finish);
        return found.ToString();
    }

    private async Task ModelsAsync(SdkTarget target)
    {
        Assert.Contains((await Client().GetOpenAIModelClient().GetModelsAsync()).Value, model => model.Id == target.Model);
        Assert.Equal(target.Model, (await Client().GetOpenAIModelClient().GetModelAsync(target.Model)).Value.Id);
    }

    private async Task ChatAsync(SdkTarget target)
    {
        var options = Options();
        (options.Temperature, options.TopP) = (0.5f, 0.9f);
        ChatCompletion answer = await Chat(target.Model).CompleteChatAsync([new SystemChatMessage(SystemPrompt), new UserChatMessage(Hello)], options);
        Reads($"[{SystemPrompt}] {Hello}", Text(answer));
        Ends(ChatFinishReason.Stop, answer.FinishReason);
        Assert.True(answer.Usage.InputTokenCount > 0 && answer.Usage.OutputTokenCount > 0);
    }

    private async Task LoopAsync(SdkTarget target, Func<string, List<ChatMessage>, Task<(List<ChatToolCall> Calls, string Text)>> ask)
    {
        var messages = new List<ChatMessage> { new UserChatMessage("The weather?") };
        var (calls, _) = await ask(target.Model, messages);
        Assert.Equal(Mind.Cities.Select(city => ("get_weather", city)), calls.Select(call => (call.FunctionName, CityOf(call.FunctionArguments.ToString()))));
        messages.Add(new AssistantChatMessage(calls));
        messages.AddRange(calls.Select(call => new ToolChatMessage(call.Id, Weather(CityOf(call.FunctionArguments.ToString())))));
        Assert.Equal(Report, (await ask(target.Model, messages)).Text);
    }

    private async Task<(List<ChatToolCall> Calls, string Text)> WholeAsync(string model, List<ChatMessage> messages)
    {
        ChatCompletion answer = await Chat(model).CompleteChatAsync(messages, Options(hasTools: true));
        Assert.Equal(answer.ToolCalls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop, answer.FinishReason);
        return ([.. answer.ToolCalls], Text(answer));
    }

    private async Task<(List<ChatToolCall> Calls, string Text)> StreamedAsync(string model, List<ChatMessage> messages)
    {
        var pieces = new SortedDictionary<int, (string Id, string Name, string Arguments)>();
        var text = new StringBuilder();
        await foreach (var update in Chat(model).CompleteChatStreamingAsync(messages, Options(hasTools: true)))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            foreach (var call in update.ToolCallUpdates)
            {
                var (id, name, arguments) = pieces.GetValueOrDefault(call.Index, ("", "", ""));
                pieces[call.Index] = (call.ToolCallId ?? id, call.FunctionName ?? name, arguments + call.FunctionArgumentsUpdate?.ToString());
            }
        }

        return ([.. pieces.Values.Select(call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments)))], text.ToString());
    }

    private async Task ChoiceAsync(SdkTarget target)
    {
        foreach (var choice in (ChatToolChoice[])[ChatToolChoice.CreateRequiredChoice(), ChatToolChoice.CreateFunctionChoice("get_weather")])
        {
            ChatCompletion answer = await Chat(target.Model).CompleteChatAsync([new UserChatMessage("must")], Options(choice: choice, hasTools: true));
            Assert.Equal([Mind.Cities[0]], answer.ToolCalls.Select(call => CityOf(call.FunctionArguments.ToString())));
        }
    }

    private async Task EmbeddingsAsync(SdkTarget target)
    {
        var vectors = (await Client().GetEmbeddingClient(target.Embedding).GenerateEmbeddingsAsync(["one", "two", "one"])).Value.Select(row => row.ToFloats().ToArray()).ToList();
        Assert.Equal(3, vectors.Count);
        Assert.Equal(vectors[0], vectors[2]);
        Assert.NotEqual(vectors[0], vectors[1]);
        Assert.True(vectors[0].Length > 2 && vectors.SelectMany(vector => vector).All(float.IsFinite));
    }

    private async Task ErrorsAsync(SdkTarget target)
    {
        (string Text, string Model, string? Key, int Status)[] rows =
        [
            (Hello, target.Model, "wrong", 401), (Hello, "nobody/nothing", null, 404), ("fail 400", target.Bad, null, 400), ("fail 429", target.Limited, null, 429), ("fail 500", target.Bad, null, 502),
        ];
        foreach (var (text, model, key, status) in rows)
        {
            Assert.Equal(status, (await Assert.ThrowsAsync<ClientResultException>(() => SayAsync(model, text, key))).Status);
        }

        Assert.Equal(429, (await Assert.ThrowsAsync<ClientResultException>(() => StreamAsync(target.Limited, "fail 429"))).Status);
    }

    private async Task<double?> AbortAsync(SdkTarget target)
    {
        using var leaving = new CancellationTokenSource();
        var text = "";
        double? leftAt = null;
        try
        {
            await foreach (var update in Chat(target.Model).CompleteChatStreamingAsync([new UserChatMessage("go on " + Tag(target))], Options(), leaving.Token))
            {
                text += string.Concat(update.ContentUpdate.Select(part => part.Text));
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
