using System.Globalization;
using System.Reflection;

namespace Conductor.Operations.IntentDetection;

/// <summary>Tells which of the given intents a text has.</summary>
internal sealed class IntentDetectionOperation() : Operation<IntentDetectionRequest, IntentDetectionResult>(
    CreateDescriptor(), OperationsJsonContext.Default.IntentDetectionRequest, OperationsJsonContext.Default.IntentDetectionResult)
{
    internal const string Name = "intent_detection";

    // A model needs a few examples, not all: what is left of its window is for the message.
    private const int ExamplesInPrompt = 60;
    private const int ExamplesPerIntent = 3;
    private const int LongestExample = 200;

    // UTF-16 code units of all names, descriptions and examples: what an encoder on one core reads in seconds, whatever the characters.
    private const int MostCharacters = 131_072;

    protected override void Validate(IntentDetectionRequest request)
    {
        var intents = request.Parameters.PossibleIntents;
        var characters = intents.Sum(intent => (long)intent.Name.Length + (intent.Description?.Length ?? 0) + (intent.Examples?.Sum(example => (long)example.Length) ?? 0));
        if (characters > MostCharacters)
        {
            throw new OperationRequestException("parameters.possible_intents", string.Create(
                CultureInfo.InvariantCulture,
                $"'parameters.possible_intents' has {characters:N0} characters in its names, descriptions and examples; at most {MostCharacters:N0} are read: send fewer or shorter examples."));
        }

        Dictionary<string, int> seen = new(intents.Count, StringComparer.Ordinal);
        for (var index = 0; index < intents.Count; index++)
        {
            if (!seen.TryAdd(intents[index].Name, index))
            {
                throw new OperationRequestException(
                    $"parameters.possible_intents[{index}]",
                    $"'parameters.possible_intents[{index}]' is named {IntentNames.Quote(intents[index].Name)} like the one at {seen[intents[index].Name]}; names must differ.");
            }
        }
    }

    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(IntentDetectionRequest request)
    {
        var intents = request.Parameters.PossibleIntents;
        var examples = Math.Min(ExamplesPerIntent, ExamplesInPrompt / intents.Count);
        return new Dictionary<string, object?>
        {
            ["text"] = request.Text,
            ["language"] = request.Language ?? "",
            ["context"] = PromptArguments.FromContext(request.Context),
            ["may_be_unknown"] = request.Parameters.Threshold is not null && intents.All(intent => intent.Name != IntentDetectionResult.Unknown),
            ["intents"] = intents.Select(object? (intent) => Describe(intent, examples)).ToList(),
        };
    }

    protected override IntentDetectionResult ReadReply(OperationReply reply, IntentDetectionRequest request) => IntentReplyReader.Read(reply, request.Parameters);

    // An intent without a description is told by one example at least.
    private static Dictionary<string, object?> Describe(PossibleIntent intent, int examples) => new()
    {
        ["name"] = OnOneLine(intent.Name),
        ["description"] = OnOneLine(intent.Description ?? ""),
        ["examples"] = string.Join(" | ", (intent.Examples ?? [])
            .Take(string.IsNullOrWhiteSpace(intent.Description) ? Math.Max(1, examples) : examples)
            .Select(example => Cut(OnOneLine(example)))),
    };

    private static string OnOneLine(string text) => string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private static string Cut(string text) =>
        text.Length <= LongestExample ? text : $"{text[..(char.IsHighSurrogate(text[LongestExample - 1]) ? LongestExample - 1 : LongestExample)]}…";

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Tells which of the given intents a text has.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            ReplySchema = OperationResources.ReadJson(assembly, "reply.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
        };
    }
}
