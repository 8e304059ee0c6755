using System.Reflection;

namespace Conductor.Operations.Embeddings;

/// <summary>Turns texts into vectors. Embedding models run it; it has no prompt.</summary>
internal sealed class EmbeddingsOperation() : Operation<EmbeddingsRequest, EmbeddingsResult>(
    CreateDescriptor(), OperationsJsonContext.Default.EmbeddingsRequest, OperationsJsonContext.Default.EmbeddingsResult), IEmbeddingOperation
{
    internal const string Name = "embeddings";

    public EmbeddingInputs ReadInputs(ReadOnlyMemory<byte> payload)
    {
        var request = ReadRequest(payload);
        Validate(request);
        return new EmbeddingInputs(request.Texts ?? request.Parameters?.Texts ?? [request.Text!], request.Parameters?.Dimensions);
    }

    public ReadOnlyMemory<byte> WriteResult(IReadOnlyList<ReadOnlyMemory<float>> vectors, string model, ReadOnlyMemory<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var result = new EmbeddingsResult
        {
            Embeddings = new EmbeddingVectors(vectors, IsSingle: ReadRequest(payload).Text is not null),
            Model = model,
            Dimensions = vectors[0].Length,
        };
        return OperationJson.Write(result, OperationsJsonContext.Default.EmbeddingsResult);
    }

    protected override void Validate(EmbeddingsRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var inParameters = request.Parameters?.Texts is not null;
        if (request.Texts is not null && inParameters)
        {
            throw new OperationRequestException("parameters.texts", "'texts' and 'parameters.texts' are both there; send one of them.");
        }

        var hasTexts = request.Texts is not null || inParameters;
        if (request.Text is not null && hasTexts)
        {
            throw new OperationRequestException(inParameters ? "parameters.texts" : "texts", "'text' and 'texts' are both there; send one text as 'text', or several as 'texts'.");
        }

        if (request.Text is null && !hasTexts)
        {
            throw new OperationRequestException("text", "'text' is missing: send one text as 'text', or several as 'texts'.");
        }
    }

    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(EmbeddingsRequest request) => throw NoPrompt();

    protected override EmbeddingsResult ReadReply(OperationReply reply, EmbeddingsRequest request) => throw NoPrompt();

    private static NotSupportedException NoPrompt() => new("Chat models make no embeddings: this operation has no prompt.");

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Turns texts into vectors whose angles tell how alike the texts are.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            RequiresText = false,
            IsStructured = false,
            MaxTextLength = 8_192,
        };
    }
}
