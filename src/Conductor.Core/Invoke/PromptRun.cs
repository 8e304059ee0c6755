using Conductor.Budgets;
using Conductor.Calls;
using Conductor.Catalog;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Prompts;
using Conductor.Providers;
using Microsoft.Extensions.AI;

namespace Conductor.Invoke;

/// <summary>An operation on a chat model: its prompt rendered, the reply read into the result. Every question asked is in the usage, repairs included.</summary>
internal sealed class PromptRun(OperationCall call, AttemptScope scope, OperationTurn turn, PromptStore prompts)
{
    private OperationEntry Entry => turn.Entry;

    /// <summary>What all questions so far used; null before the first answer.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>What the operation had to leave out or mend in the answer that was accepted.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    public async Task<ReadOnlyMemory<byte>> RunAsync()
    {
        var (client, messages, options) = await PrepareAsync().ConfigureAwait(false);
        return Entry.Descriptor.IsStructured
            ? await AskForJsonAsync(client, messages, options).ConfigureAwait(false)
            : await AskForTextAsync(client, messages, options).ConfigureAwait(false);
    }

    /// <summary>Asks for plain text and gives it out as it comes; primed.</summary>
    /// <param name="check">Holds the result to its schema.</param>
    public async Task<OperationTextStream> StreamAsync(Func<Func<ReadOnlyMemory<byte>>, OperationText> check)
    {
        var (client, messages, options) = await PrepareAsync().ConfigureAwait(false);
        await scope.AffordAsync(() => TokenBound.Messages(messages), options.MaxOutputTokens, Usage).ConfigureAwait(false);
        var updates = await PrimedUpdates.StartAsync(
            call,
            scope,
            client.GetStreamingResponseAsync(messages, options, scope.Token),
            outputTokens => UsageEstimator.Estimate(UsageEstimator.MessageTokens(messages), outputTokens),
            isKept: true).ConfigureAwait(false);
        var stream = new OperationTextStream(updates, (text, finish) => check(() => ReadText(text, finish)) with { Notices = Notices });
        if (updates.HasContent)
        {
            return stream;
        }

        try
        {
            await updates.ReadEmptyAsync().ConfigureAwait(false);
            if (!updates.HasContent)
            {
                stream.ReadEmpty();
            }

            return stream;
        }
        catch
        {
            await updates.CloseAsync().ConfigureAwait(false); // the next target is asked now
            Usage = updates.Used;
            throw;
        }
    }

    private async Task<(IChatClient Client, IReadOnlyList<ChatMessage> Messages, ChatOptions Options)> PrepareAsync()
    {
        var client = scope.Provider.GetChatClient(scope.Hop.Model.Id)
            ?? throw new ProviderException(ProviderErrorKind.Unsupported, $"Provider '{scope.Hop.Provider.Name}' has no chat.");
        var template = PromptRendering.Get(prompts, Entry, scope.Logger);
        var messages = await PromptRendering.RenderAsync(template, ArgumentsOf(), Entry, scope).ConfigureAwait(false);
        return (client, messages, OptionsOf(template.Settings));
    }

    private IReadOnlyDictionary<string, object?> ArgumentsOf() => scope.RunOperation(turn, () => Entry.Operation.CreatePromptArguments(call.Payload));

    private async Task<ReadOnlyMemory<byte>> AskForTextAsync(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        var response = await AskAsync(client, messages, options).ConfigureAwait(false);
        scope.MarkAnswered();
        return ReadText(PlainText.Of(response.Text), response.FinishReason?.Value);
    }

    private ReadOnlyMemory<byte> ReadText(string text, string? finishReason)
    {
        try
        {
            return ReadReply(text, finishReason);
        }
        catch (OperationReplyException mistake)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, $"The model's answer cannot be used: {mistake.Message}", mistake);
        }
    }

    private async Task<ReadOnlyMemory<byte>> AskForJsonAsync(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        ReadOnlyMemory<byte> result = default;
        string? finish = null;

        // The operation reads the reply inside the check, so that what it finds wrong is quoted to the model too.
        string? Accept(string json)
        {
            try
            {
                result = ReadReply(json, finish);
                return null;
            }
            catch (OperationReplyException mistake)
            {
                return mistake.Message;
            }
        }

        try
        {
            await StructuredOutput.RunAsync(
                async (asked, with) =>
                {
                    var response = await AskAsync(client, asked, with).ConfigureAwait(false);
                    finish = response.FinishReason?.Value;
                    return response;
                },
                messages,
                options,
                Entry.Descriptor.ReplySchema ?? Entry.Descriptor.ResultSchema,
                Entry.Name,
                scope.Hop.Model.Capabilities.HasFlag(ModelCapabilities.JsonSchema),
                Accept).ConfigureAwait(false);
        }
        catch (StructuredOutputException mistake)
        {
            throw new ProviderException(ProviderErrorKind.InvalidResponse, $"The model's answer did not fit the schema, nor did its repair: {mistake.Message}", mistake);
        }

        scope.MarkAnswered();
        return result;
    }

    private ReadOnlyMemory<byte> ReadReply(string text, string? finishReason) => scope.RunOperation(turn, () =>
    {
        var reply = new OperationReply(text, finishReason);
        var result = Entry.Operation.ReadReply(reply, call.Payload);
        Notices = CallNotices.From(reply.Notices);
        return result;
    }, isReading: true);

    private async Task<ChatResponse> AskAsync(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions options)
    {
        await scope.AffordAsync(() => TokenBound.Messages(messages), options.MaxOutputTokens, Usage).ConfigureAwait(false);
        var response = await scope.GuardAsync(token =>
        {
            scope.Ask();
            return client.GetResponseAsync(messages, options, token);
        }).ConfigureAwait(false);
        scope.Got();
        call.Drop(DroppedParameters.Read(response.AdditionalProperties));
        call.Change(ChangedParameters.Read(response.AdditionalProperties));
        var usage = UsageReader.Read(response.Usage) ?? UsageEstimator.Estimate(UsageEstimator.MessageTokens(messages), UsageEstimator.TextTokens(response.Text));
        Usage = Usage is { } before ? before + usage : usage;
        return response;
    }

    private ChatOptions OptionsOf(PromptSettings settings)
    {
        var options = new ChatOptions
        {
            ModelId = scope.Hop.Model.Id,
            MaxOutputTokens = call.MaxTokens,
            Temperature = call.Temperature,
            TopP = call.TopP,
        };
        settings.ApplyTo(options); // what the caller left open
        ChatTargets.Limit(call, scope.Hop, options);
        ChatTargets.Refuse(call, options);
        return options;
    }
}
