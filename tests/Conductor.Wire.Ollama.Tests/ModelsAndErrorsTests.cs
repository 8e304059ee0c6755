using System.Buffers;
using System.Text;

namespace Conductor.Wire.Ollama.Tests;

public sealed class ModelsAndErrorsTests
{
    [Fact]
    public void Tags_AreNamesWithDigests()
    {
        var models = OllamaModelsReader.ReadTags("""{"models":[{"name":"a:latest","model":"a:latest","digest":"d","details":{"family":"llama"}},{"name":"b"},{"digest":"no name"}]}"""u8);

        Assert.Equal([new OllamaModel("a:latest", "d", "llama"), new OllamaModel("b", "", null)], models);
        Assert.Empty(OllamaModelsReader.ReadTags("""{"models":null}"""u8));
        Assert.Throws<WireResponseException>(() => OllamaModelsReader.ReadTags("{}"u8));
    }

    [Theory]
    [InlineData("""{"capabilities":["completion"],"model_info":{"general.architecture":"gemma3","gemma3.vision.context_length":1,"gemma3.context_length":8192}}""", 8192)]
    [InlineData("""{"capabilities":["completion"],"model_info":{"x.context_length":2048}}""", 2048)]
    [InlineData("""{"capabilities":["completion"],"model_info":{"x.context_length":0}}""", null)]
    [InlineData("""{"capabilities":["completion"]}""", null)]
    public void Show_TellsTheContext(string body, int? context)
    {
        var card = OllamaModelsReader.ReadShow(Encoding.UTF8.GetBytes(body));

        Assert.Equal(context, card.ContextLength);
        Assert.Contains("completion", card.Capabilities!);
    }

    [Fact]
    public void Show_OfAnOldServer_HasNoCapabilities() => Assert.Null(OllamaModelsReader.ReadShow("""{"details":{}}"""u8).Capabilities);

    [Fact]
    public void PullLine_CountsWhereThereIsSomethingToCount()
    {
        Assert.Equal(new OllamaPullLine("pulling manifest", null, null, null), OllamaPull.ReadLine("""{"status":"pulling manifest"}"""u8));
        Assert.Equal(new OllamaPullLine("pulling ab", "sha256:ab", 10, 4), OllamaPull.ReadLine("""{"status":"pulling ab","digest":"sha256:ab","total":10,"completed":4}"""u8));
        Assert.True(OllamaPull.ReadLine("""{"status":"success"}"""u8).IsSuccess);
        Assert.Equal("x", Assert.Throws<WireResponseException>(() => OllamaPull.ReadLine("""{"error":"x"}"""u8)).Error!.Message);
        Assert.Throws<WireResponseException>(() => OllamaPull.ReadLine("{}"u8));
    }

    [Fact]
    public void Embed_IsNeverCut()
    {
        var output = new ArrayBufferWriter<byte>();

        OllamaEmbed.Write(output, "m", ["a", "b"], 64, new OllamaServing { NumCtx = 2048, KeepAlive = "5m" });

        Assert.Equal(
            """{"model":"m","input":["a","b"],"truncate":false,"dimensions":64,"keep_alive":"5m","options":{"num_ctx":2048}}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Vectors_AreRead()
    {
        var (vectors, tokens) = OllamaEmbed.Read("""{"embeddings":[[1,-0.5],[0,2e-3]],"prompt_eval_count":7}"""u8);

        Assert.Equal([1f, -0.5f], vectors[0]);
        Assert.Equal(0.002f, vectors[1][1]);
        Assert.Equal(7, tokens);
        Assert.Null(OllamaEmbed.Read("""{"embeddings":[[1]],"prompt_eval_count":0}"""u8).InputTokens);
    }

    [Theory]
    [InlineData("""{"embedding":[1]}""")]
    [InlineData("""{"embeddings":[[]]}""")]
    [InlineData("""{"embeddings":[["1"]]}""")]
    [InlineData("""{"embeddings":[[1e999]]}""")]
    [InlineData("""{"embeddings":[1]}""")]
    public void WhatAreNoVectors_Throws(string body) => Assert.Throws<WireResponseException>(() => OllamaEmbed.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("model 'llama9' not found", WireErrorCategory.ModelNotFound)]
    [InlineData("model \"x\" not found, try pulling it first", WireErrorCategory.ModelNotFound)]
    [InlineData("model 'too many requests' not found", WireErrorCategory.ModelNotFound)]
    [InlineData("model 'usage limit' not found", WireErrorCategory.ModelNotFound)]
    [InlineData("pull model manifest: file does not exist", WireErrorCategory.ModelNotFound)]
    [InlineData("prompt too long; exceeded max context length by 12 tokens", WireErrorCategory.ContextLength)]
    [InlineData("the input length exceeds the context length", WireErrorCategory.ContextLength)]
    [InlineData("input length exceeds maximum context length", WireErrorCategory.ContextLength)]
    [InlineData("registry.ollama.ai/library/x does not support tools", WireErrorCategory.Unsupported)]
    [InlineData("\"x\" does not support thinking", WireErrorCategory.Unsupported)]
    [InlineData("server busy, please try again.  maximum pending requests exceeded", WireErrorCategory.Overloaded)]
    [InlineData("model requires more system memory (9.1 GiB) than is available (4.0 GiB)", WireErrorCategory.OutOfMemory)]
    [InlineData("unauthorized", WireErrorCategory.Credentials)]
    [InlineData("too many requests", WireErrorCategory.RateLimited)]
    [InlineData("you've reached your hourly usage limit", WireErrorCategory.RateLimited)]
    [InlineData("Not found", WireErrorCategory.Unknown)]
    [InlineData("llama runner process has terminated", WireErrorCategory.Unknown)]
    [InlineData(null, WireErrorCategory.Unknown)]
    public void Errors_AreTold(string? text, WireErrorCategory category) => Assert.Equal(category, OllamaErrorClassifier.Classify(text));

    [Theory]
    [InlineData("""{"error":"text"}""", "text")]
    [InlineData("""{"error":{"message":"m"}}""", "m")]
    [InlineData("404 page not found", null)]
    [InlineData("", null)]
    [InlineData("{", null)]
    [InlineData("[]", null)]
    public void ErrorText_IsFoundOrNot(string body, string? text) => Assert.Equal(text, OllamaErrorReader.TryRead(Encoding.UTF8.GetBytes(body)));
}
