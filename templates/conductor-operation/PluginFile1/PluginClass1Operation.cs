using System.Reflection;
using Conductor.Operations;

namespace PluginClass1;

/// <summary>Gives a text a title: a model proposes one, and what is too long for a title goes back to it once.</summary>
internal sealed class PluginClass1Operation()
    : Operation<PluginClass1Request, PluginClass1Result>(CreateDescriptor(), PluginClass1Json.Default.PluginClass1Request, PluginClass1Json.Default.PluginClass1Result)
{
    /// <summary>The last part of the address, `/v1/operations/operation_name_1`.</summary>
    internal const string Name = "operation_name_1";

    private const int DefaultWords = 8;

    // What request.schema.json cannot say.
    protected override void Validate(PluginClass1Request request)
    {
        if (string.IsNullOrWhiteSpace(request.Text))
        {
            throw new OperationRequestException("text", "'text' holds white space only.");
        }
    }

    /// <summary>The names are those of `input_variables` in prompt.yaml.</summary>
    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(PluginClass1Request request) => new Dictionary<string, object?>
    {
        ["text"] = request.Text,
        ["max_words"] = MaxWords(request),
    };

    /// <summary>The answer fits result.schema.json already. What is wrong beyond that is said by an exception: the host asks the model once more, and quotes it.</summary>
    protected override PluginClass1Result ReadReply(OperationReply reply, PluginClass1Request request)
    {
        var title = ParseResult(reply).Title.Trim();
        var words = title.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        return words > 0 && words <= MaxWords(request)
            ? new PluginClass1Result(title)
            : throw new OperationReplyException($"The title has {words} words; give one of 1 to {MaxWords(request)} words.");
    }

    private static int MaxWords(PluginClass1Request request) => request.Parameters?.MaxWords ?? DefaultWords;

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Gives a text a title.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
        };
    }
}
