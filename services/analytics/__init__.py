"""Pure functions over typed frames: numbers in, numbers out. No SQL, no clock, no words, no Streamlit.

Times are those of the company's calendar: `ordered_at` comes as a naive timestamp or date in the company's zone. What
is found is told in codes and numbers; sentences are made above.
"""

#: To be set in the environment of a process *before* it imports scikit-learn. With the threads that OpenMP takes by
#: itself gradient boosting spins on a busy machine and takes twenty times as long.
WORKER_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
