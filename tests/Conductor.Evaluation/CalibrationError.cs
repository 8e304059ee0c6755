namespace Conductor.Evaluation;

/// <summary>Expected calibration error: how far confidences lie from how often they are right, over ten bins of equal width.</summary>
internal static class CalibrationError
{
    public static double Of(IReadOnlyCollection<(double Confidence, bool IsRight)> answers) => answers
        .GroupBy(answer => Math.Min(9, (int)(answer.Confidence * 10)))
        .Sum(bin => Math.Abs(bin.Average(answer => answer.IsRight ? 1.0 : 0) - bin.Average(answer => answer.Confidence)) * bin.Count() / answers.Count);
}
