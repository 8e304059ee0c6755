using System.Reflection;
using System.Text.Json;
using Conductor.Plugins;
using Conductor.Prompts;
using Conductor.Schemas;

namespace Conductor.Operations.Tests;

public class DescriptorTests
{
    /// <summary>Operations that chat models run.</summary>
    public static TheoryData<string> Prompted =>
    [
        "sentiment_analysis",
        "summarization",
        "response_generation",
        "entity_extraction",
        "intent_detection",
    ];

    public static TheoryData<string> Names =>
    [
        "sentiment_analysis",
        "summarization",
        "response_generation",
        "entity_extraction",
        "intent_detection",
        "embeddings",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Descriptor_EachOperation_IsComplete(string name)
    {
        var operation = Loaded.Find(name);

        var descriptor = operation.Descriptor;
        Assert.Matches("^[a-z0-9_]{1,80}$", descriptor.Name);
        Assert.EndsWith(".", descriptor.Description, StringComparison.Ordinal);
        Assert.Equal(descriptor.IsStructured, descriptor.ReplySchema is not null);
        Assert.Equal(name, operation.GetType().Assembly.GetCustomAttribute<OperationPluginAttribute>()!.Id);
    }

    [Theory]
    [MemberData(nameof(Prompted))]
    public void Prompt_EachOperation_LoadsAndNamesItself(string name)
    {
        var prompt = PromptTemplate.Parse(Loaded.Find(name).Descriptor.Prompt!, name + ".yaml");

        Assert.Equal(name, prompt.Name);
        Assert.Equal("handlebars", prompt.TemplateFormat);
    }

    [Theory]
    [InlineData("sentiment_analysis", """{"text":"a"}""")]
    [InlineData("sentiment_analysis", """{"text":"a","language":null,"parameters":null,"context":null}""")]
    [InlineData("sentiment_analysis", """{"text":"a","language":"en","parameters":{},"context":{"k":[1]}}""")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_sentences":1,"max_words":2000,"style":"bullets"}}""")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_sentences":null,"style":null}}""")]
    [InlineData("entity_extraction", """{"text":"a"}""")]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"entity_types":["person","My-Type"],"reference_time":"2026-03-01T09:30:00+02:00"}}""")]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"entity_types":null,"reference_time":null}}""")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x"]}}""")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x",{"name":"y","description":"z","examples":["1"]},{"name":"w","description":null,"examples":null}],"threshold":0.5}}""")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x"],"threshold":null},"language":"de","context":{"k":1}}""")]
    [InlineData("embeddings", """{"text":"a"}""")]
    [InlineData("embeddings", """{"texts":["a","b"],"text":null,"parameters":{"dimensions":128}}""")]
    [InlineData("embeddings", """{"parameters":{"texts":["a"],"dimensions":null}}""")]
    [InlineData("response_generation", """{"text":"a"}""")]
    [InlineData("response_generation", """{"parameters":{"messages":[{"role":"user","content":"a"}]}}""")]
    public void RequestSchema_GoodRequest_Fits(string name, string request)
    {
        Assert.Empty(Violations(name, request));
    }

    [Theory]
    [InlineData("sentiment_analysis", "{}", "text")]
    [InlineData("sentiment_analysis", """{"text":""}""", "text")]
    [InlineData("sentiment_analysis", """{"text":"a","parameters":{"tone":1}}""", "tone")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_sentence":3}}""", "max_sentence")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_sentences":0}}""", "max_sentences")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_sentences":51}}""", "max_sentences")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_words":9}}""", "max_words")]
    [InlineData("summarization", """{"text":"a","parameters":{"max_words":10.5}}""", "max_words")]
    [InlineData("summarization", """{"text":"a","parameters":{"style":"haiku"}}""", "style")]
    [InlineData("entity_extraction", "{}", "text")]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"types":["person"]}}""", "types")]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"entity_types":[]}}""", "entity_types")]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"entity_types":["person",""]}}""", "entity_types[1]")]
    [InlineData("entity_extraction", """{"text":"a","parameters":{"entity_types":["person",5]}}""", "entity_types[1]")]
    [InlineData("intent_detection", """{"text":"a"}""", "parameters")]
    [InlineData("intent_detection", """{"text":"a","parameters":{}}""", "possible_intents")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[]}}""", "possible_intents")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x",""]}}""", "possible_intents[1]")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[5]}}""", "possible_intents[0]")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[{"description":"x"}]}}""", "possible_intents[0].name")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[{"name":"x","example":["1"]}]}}""", "possible_intents[0].example")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[{"name":"x","examples":"1"}]}}""", "possible_intents[0].examples")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":[{"name":"x","examples":["1",""]}]}}""", "possible_intents[0].examples[1]")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x"],"treshold":1}}""", "treshold")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x"],"threshold":1.1}}""", "threshold")]
    [InlineData("intent_detection", """{"text":"a","parameters":{"possible_intents":["x"],"threshold":-0.1}}""", "threshold")]
    [InlineData("embeddings", """{"text":""}""", "text")]
    [InlineData("embeddings", """{"texts":"a"}""", "texts")]
    [InlineData("embeddings", """{"texts":[]}""", "texts")]
    [InlineData("embeddings", """{"texts":["a",""]}""", "texts[1]")]
    [InlineData("embeddings", """{"texts":["a",7]}""", "texts[1]")]
    [InlineData("embeddings", """{"parameters":{"texts":[""]}}""", "parameters.texts[0]")]
    [InlineData("embeddings", """{"text":"a","parameters":{"dimension":3}}""", "dimension")]
    [InlineData("embeddings", """{"text":"a","parameters":{"dimensions":0}}""", "dimensions")]
    [InlineData("embeddings", """{"text":"a","parameters":{"dimensions":1.5}}""", "dimensions")]
    [InlineData("response_generation", """{"parameters":{"messages":[{"role":"tool","content":"a"}]}}""", "role")]
    [InlineData("response_generation", """{"parameters":{"messages":[{"role":"user"}]}}""", "content")]
    public void RequestSchema_BadRequest_NamesTheField(string name, string request, string field)
    {
        var violation = Assert.Single(Violations(name, request));

        Assert.Contains(field, violation.ToString(), StringComparison.Ordinal);
    }

    private static IReadOnlyList<SchemaViolation> Violations(string name, string request)
    {
        using var document = JsonDocument.Parse(request);
        return JsonSchema.Compile(Loaded.Find(name).Descriptor.RequestSchema).Validate(document.RootElement);
    }
}
