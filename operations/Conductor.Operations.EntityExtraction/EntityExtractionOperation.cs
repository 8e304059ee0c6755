using System.Globalization;
using System.Reflection;

namespace Conductor.Operations.EntityExtraction;

/// <summary>Finds the names, dates, amounts and addresses in a text.</summary>
internal sealed class EntityExtractionOperation(TimeProvider time) : Operation<EntityExtractionRequest, EntityExtractionResult>(
    CreateDescriptor(), OperationsJsonContext.Default.EntityExtractionRequest, OperationsJsonContext.Default.EntityExtractionResult)
{
    internal const string Name = "entity_extraction";

    // A sure model says so; one that says nothing is worth no more than an even chance.
    private const double DefaultConfidence = 0.5;

    private readonly Lazy<Decompositions> _decompositions = new(Decompositions.Load);

    protected override void Validate(EntityExtractionRequest request)
    {
        var types = request.Parameters?.EntityTypes;
        for (var index = 0; index < types?.Count; index++)
        {
            if (EntityTypeName.Key(types[index]).Length == 0)
            {
                throw new OperationRequestException(
                    $"parameters.entity_types[{index}]", $"The type \"{types[index]}\" has neither a letter nor a digit; a type is a name such as person or email.");
            }
        }
    }

    /// <summary>Without a reference time "in an hour" means another time a minute later.</summary>
    protected override string? CacheVariant(EntityExtractionRequest request) =>
        request.Parameters?.ReferenceTime is null ? time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture) : null;

    protected override IReadOnlyDictionary<string, object?> CreatePromptArguments(EntityExtractionRequest request) => new Dictionary<string, object?>
    {
        ["text"] = request.Text,
        ["language"] = request.Language ?? "",
        ["context"] = PromptArguments.FromContext(request.Context),
        ["entity_types"] = string.Join(", ", (request.Parameters?.EntityTypes ?? []).Select(EntityTypeName.Normalize).Distinct(StringComparer.Ordinal)),
        ["reference_time"] = (request.Parameters?.ReferenceTime ?? time.GetUtcNow()).ToString("dddd, yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
    };

    /// <summary>Places are not believed: each entity is looked up in the text, and what the text does not hold is left out with a notice.</summary>
    protected override EntityExtractionResult ReadReply(OperationReply reply, EntityExtractionRequest request)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var answer = EntityReply.Read(reply.Text, out var unreadable);
        var types = new TypeFilter(request.Parameters?.EntityTypes);
        var finder = new EntityFinder(request.Text, _decompositions);
        var found = new List<ExtractedEntity>();
        var missing = new List<string>();
        var unwanted = 0;
        foreach (var named in answer)
        {
            if (types.Resolve(named.Type) is not { } type)
            {
                unwanted++;
                continue;
            }

            switch (finder.Find(named.Text, type, named.StartIndex, out var place))
            {
                case Finding.Found:
                    found.Add(CreateEntity(request.Text, place, type, named));
                    break;
                case Finding.Absent:
                    missing.Add(named.Text);
                    break;
            }
        }

        Notices.Add(reply.Notices, missing, unwanted, unreadable);
        found.Sort((left, right) => (left.StartIndex, left.EndIndex).CompareTo((right.StartIndex, right.EndIndex)) is var order and not 0
            ? order : string.CompareOrdinal(left.Type, right.Type));
        return new EntityExtractionResult { Entities = found, Text = request.Text };
    }

    private static ExtractedEntity CreateEntity(string text, Place place, string type, NamedEntity named)
    {
        var words = text[place.Start..place.End];
        return new ExtractedEntity
        {
            Text = words,
            Type = type,
            Value = EntityValue.Create(named.Value, named.Text, words),
            StartIndex = place.Start,
            EndIndex = place.End,
            Confidence = named.Confidence is { } sure && double.IsFinite(sure) ? Math.Clamp(sure, 0, 1) : DefaultConfidence,
        };
    }

    private static OperationDescriptor CreateDescriptor()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new OperationDescriptor
        {
            Name = Name,
            Description = "Finds the names, dates, amounts and addresses in a text.",
            RequestSchema = OperationResources.ReadJson(assembly, "request.schema.json"),
            ResultSchema = OperationResources.ReadJson(assembly, "result.schema.json"),
            ReplySchema = OperationResources.ReadJson(assembly, "reply.schema.json"),
            Prompt = OperationResources.ReadText(assembly, "prompt.yaml"),
        };
    }
}
