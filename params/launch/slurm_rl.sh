#!/usr/bin/env bash
# The RL stage on two nodes of eight GPUs, generation by a vLLM server on a third. Run from the repository's root:
#   sbatch params/launch/slurm_rl.sh
# Not run by the kit's tests: names of partition and account are yours to fill in.
#SBATCH --job-name=rtlvr-rl
#SBATCH --nodes=3
#SBATCH --gpus-per-node=8
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=64
#SBATCH --time=144:00:00
#SBATCH --requeue
set -euo pipefail
source .rtlvr-env
mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
policy="outputs/paper/04_sft/policy"

srun --nodes=1 --ntasks=1 --cpus-per-task=64 --nodelist="${nodes[2]}" --exact \
  trl vllm-serve --model "$policy" --tensor-parallel-size 4 --data-parallel-size 2 --max-model-len 18432 &

# A requeued job goes on from its last whole checkpoint.
srun --nodes=2 --ntasks=2 --cpus-per-task=64 --nodelist="${nodes[0]},${nodes[1]}" --exact bash -c '
  accelerate launch --config_file params/launch/zero3_2x8.yaml --machine_rank "$SLURM_PROCID" \
    --main_process_ip "'"${nodes[0]}"'" --main_process_port 29500 \
    -m rtlvr run 05_rl --profile paper --set "rl.vllm_host='"${nodes[2]}"'"'
