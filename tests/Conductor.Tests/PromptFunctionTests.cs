using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Json;
using Conductor.Errors;

namespace Conductor.Tests;

/// <summary>Functions that one plugin brings, called by the prompt of another plugin's operation.</summary>
[Collection("load contexts")] // found by name among all of the process: one test at a time
public sealed class PromptFunctionTests
{
    private const string Functions = "tests/TestPlugins/Conductor.TestPlugins.Functions";
    private const string FunctionsFile = "Conductor.TestPlugins.Functions.dll";

    [Theory]
    [InlineData(
        "handlebars", "{{test_functions-shout text}} {{shout text}} {{mood}} {{#each (moods)}}{{this}},{{/each}} {{upper text}} {{test_functions-upper text}}",
        "hi! (Loud) hi! (Loud) Loud Loud,Own { }, HI another one")]
    [InlineData("semantic-kernel", "{{test_functions.shout $text}} {{shout $text}} {{mood}} {{upper $text}}", "hi! (Loud) hi! (Loud) Loud HI")]
    [InlineData("liquid", "{{ text | test_functions-shout }} {{ text | shout }} {{ text | upper }}", "hi! (Loud) hi! (Loud) HI")]
    public async Task Plugin_DroppedInAndTakenAway_FileThatCallsItIsUsedMeanwhileAndItsCodeIsDead(string format, string template, string expected)
    {
        await using var test = Start(format, template);
        await test.Conductor.StartAsync(CancellationToken.None);
        var (before, problem) = (await RunAsync(test), Look(test).Problem);
        DropIn(test);
        await test.Conductor.RescanAsync(CancellationToken.None);

        var answer = await RunAsync(test);
        var code = ContextOf("test-functions");
        var reason = await TakeAwayAsync(test);

        Assert.Equal("hi", before); // what the operation ships: the file cannot be used without the plugin
        Assert.Contains("there is no", problem, StringComparison.Ordinal);
        Assert.Equal(expected, answer);
        Assert.False(code.IsAlive, reason);
        Assert.Equal("hi", await RunAsync(test));
        Assert.Equal(problem, Look(test).Problem);
    }

    [Fact]
    public async Task Prompt_ThatMeetsTheMissingFunctionOnlyWithArguments_FailsWithASentenceThatNamesIt()
    {
        await using var test = Start("handlebars", "{{#if text}}{{test_functions-shout text}}{{/if}}");
        DropIn(test);
        await test.Conductor.StartAsync(CancellationToken.None);
        var answer = await RunAsync(test);
        var code = ContextOf("test-functions");
        var reason = await TakeAwayAsync(test);

        var error = await Assert.ThrowsAsync<ConductorException>(() => RunAsync(test));

        Assert.Equal("hi! (Loud)", answer);
        Assert.False(code.IsAlive, reason);
        Assert.Equal((502, "prompt_fault"), (error.Status, error.Code));
        Assert.Contains("'test_functions-shout', and there is no such function", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Function_ThatThrows_PluginNamedNoProviderBlamedAndItsCodeStillLeaves()
    {
        await using var test = Start("handlebars", "{{test_functions-boom}}");
        DropIn(test);
        await test.Conductor.StartAsync(CancellationToken.None);

        var error = await Assert.ThrowsAsync<ConductorException>(() => RunAsync(test));
        var code = ContextOf("test-functions");
        var reason = await TakeAwayAsync(test);

        Assert.Equal("prompt_fault", error.Code);
        Assert.Contains("Function 'test_functions.boom' of plugin 'test-functions' failed with OwnException", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, test.Conductor.Catalog.Providers["test-echo"].Statistics.Failures);
        Assert.False(code.IsAlive, reason);
    }

    private static TestConductor Start(string format, string template)
    {
        var test = new TestConductor().WithPlugin("tests/TestPlugins/Conductor.TestPlugins.Echo").WithOperation("operations/Conductor.Operations.ResponseGeneration");
        Directory.CreateDirectory(test.PromptFolder);
        File.WriteAllText(Path.Combine(test.PromptFolder, "response_generation.yaml"), $"template_format: {format}\ntemplate: {JsonSerializer.Serialize(template)}\n");
        return test;
    }

    private static void DropIn(TestConductor test) => File.Copy(Path.Combine(Repository.Built(Functions), FunctionsFile), Path.Combine(test.OperationFolder, FunctionsFile));

    private static async Task<string?> TakeAwayAsync(TestConductor test)
    {
        File.Delete(Path.Combine(test.OperationFolder, FunctionsFile));
        var statuses = await test.Conductor.RescanAsync(CancellationToken.None);
        return statuses.FirstOrDefault(plugin => plugin.Id == "test-functions")?.Reason;
    }

    private static Prompts.PromptState Look(TestConductor test) =>
        test.Prompts.Look("response_generation", test.Conductor.Catalog.Operations["response_generation"].Descriptor.Prompt!);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<string> RunAsync(TestConductor test)
    {
        await using var call = TestConductor.Operation("response_generation", new { text = "hi" }, "test-echo/echo");
        var outcome = await test.Conductor.RunAsync(call, CancellationToken.None);
        return JsonElement.Parse(outcome.Result.Span).GetProperty("text").GetString()!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ContextOf(string plugin) =>
        new(AssemblyLoadContext.All.Single(context => context.Name?.StartsWith(plugin, StringComparison.Ordinal) == true));
}
