using System.Reflection;

namespace Conductor.Operations.ResponseGeneration;

/// <summary>Answers the user, with the conversation so far and the context in view.</summary>
internal sealed class ResponseGenerationOperation() : Operation<ResponseGenerationRequest, ResponseGenerationResult>(
    CreateDescriptor(), OperationsJsonContext.Default.ResponseGenerationRequest, OperationsJsonContext.Default.ResponseGenerationResult)
{
    internal const string Name = "response_generation";

    protected override void Validate(ResponseGenerationRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Text) && request.Parameters?.Messages is not { Count: > 0 })
        {
            throw new OperationRequestException("text", "'text' is missing: give a text, or the conversation in 'parameters.messages'.");
        }
    }

    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(ResponseGenerationRequest request) => new Dictionary<string, object?>
    {
        ["text"] = request.Text ?? "",
        ["language"] = request.Language ?? "",
        ["context"] = PromptArguments.FromContext(request.Context),
        ["messages"] = (request.Parameters?.Messages ?? [])
            .Select(object? (message) => new Dictionary<string, object?> { ["role"] = message.Role, ["content"] = message.Content })
            .ToList(),
    };

    /// <summary>The text is the answer. An empty one is an answer only where the model was stopped from giving another.</summary>
    protected override ResponseGenerationResult ReadReply(OperationReply reply, ResponseGenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var finishReason = reply.FinishReason ?? "stop";
        var text = reply.Text.Trim();
        if (text.Length == 0 && finishReason == "stop")
        {
            throw new OperationReplyException("The answer is empty; answer the user's last message.");
        }

        return new ResponseGenerationResult { Text = text, FinishReason = finishReason };
    }

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Answers the user, with the conversation so far and the context in view.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
            IsStructured = false,
            RequiresText = false,
            IsCacheable = false, // Its temperature is above zero: asking again is asking for another answer.
        };
    }
}
