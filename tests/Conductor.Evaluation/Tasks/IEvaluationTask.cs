namespace Conductor.Evaluation.Tasks;

/// <summary>One table of predictions.</summary>
internal interface IEvaluationTask
{
    /// <summary>The name of its file, and on the command line.</summary>
    string Name { get; }

    /// <summary>Its folder in the data.</summary>
    string Folder { get; }

    /// <summary>The data's script that scores it.</summary>
    string Score { get; }

    /// <summary>The operation whose engine it needs; null for embeddings.</summary>
    string? Operation { get; }

    /// <summary>Answers every row; an object a line, as the script reads it.</summary>
    Task<IReadOnlyList<object>> RunAsync(LocalEngines engines, EvaluationData data);
}
